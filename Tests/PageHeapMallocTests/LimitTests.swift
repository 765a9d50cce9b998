import Testing

/// Programs with little memory allowed: they run, can allocate most of it, then get ENOMEM, and go on.
@Suite(.serialized, .needsCompiler)
struct LimitTests {
    /// The limits are in MiB.
    @Test(
        arguments: [
            ("space", 48), ("space", 64), ("space", 80), ("space", 256), ("space", 1024), ("data", 40), ("data", 256),
        ])
    func programsRunInALimitedAddressSpaceOrDataSegment(_ resource: String, _ mebibytes: Int) throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("limits"), [resource, "\(mebibytes)", "once"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    /// The same with the heap's own limit.
    @Test(arguments: [40, 64, 256])
    func programsRunWithAHardLimit(_ mebibytes: Int) throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("limits"), ["hard", "\(mebibytes)", "once"],
            environment: ["PAGEHEAP_HARD_LIMIT": "\(mebibytes)M"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test func threadsCanReachTheHardLimitTogether() throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("limits"), ["hard", "200", "threads"],
            environment: ["PAGEHEAP_HARD_LIMIT": "200M"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test func allEntryPointsKeepToTheHardLimit() throws {
        try Check.passes("hard_limit", "entry-points", environment: ["PAGEHEAP_HARD_LIMIT": "64M"])
    }

    @Test func theHardLimitCanBeSetWhileTheProgramRuns() throws { try Check.passes("hard_limit", "set") }

    @Test(arguments: ["space", "data"])
    func threadsCanReachTheLimitTogether(_ resource: String) throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("limits"), [resource, "200", "threads"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }
}
