import Testing

/// Allocation before main, after main, and beside what else a process does.
@Suite(.needsCompiler)
struct LifetimeTests {
    @Test(arguments: ["constructors", "fork-handlers", "signals", "users", "small-program"])
    func constructorsForkHandlersAndSignalsCanAllocate(_ check: String) throws {
        let outcome = try Check.passes("lifetimes", check)
        #expect(outcome.output == "destructed\n")
    }

    @Test func exitHandlersAndDestructorsCanAllocate() throws {
        let outcome = try Check.passes("lifetimes", "exit-handlers")
        #expect(outcome.output == "exited\ndestructed\n")
    }

    @Test func aLoadedLibraryCanAllocate() throws {
        try Check.passes("lifetimes", "libraries", environment: ["TEST_PLUGIN": try TestPrograms.library("plugin")])
    }

    @Test func aDeeplyBoundLibrarySharesTheProgramsMalloc() throws {
        try Check.passes("lifetimes", "deep-binding", environment: ["TEST_PLUGIN": try TestPrograms.library("plugin")])
    }
}
