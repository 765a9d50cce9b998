import Testing

/// Before main, after main, and beside what else a process does.
@Suite("Lifetimes", .needsCompiler)
struct LifetimeTests {
    @Test(
        "Constructors, fork handlers, signals, users",
        arguments: ["constructors", "fork-handlers", "signals", "users", "small-program"])
    func lifetime(_ check: String) throws {
        let outcome = try Check.passes("lifetimes", check)
        #expect(outcome.output == "destructed\n")
    }

    @Test("Exit handlers and destructors allocate and free")
    func exit() throws {
        let outcome = try Check.passes("lifetimes", "exit-handlers")
        #expect(outcome.output == "exited\ndestructed\n")
    }

    @Test("A library that is loaded and unloaded allocates")
    func libraries() throws {
        try Check.passes("lifetimes", "libraries", environment: ["TEST_PLUGIN": try TestPrograms.library("plugin")])
    }

    @Test("A library that is bound deeply shares the program's malloc all the same")
    func deepBinding() throws {
        try Check.passes("lifetimes", "deep-binding", environment: ["TEST_PLUGIN": try TestPrograms.library("plugin")])
    }
}
