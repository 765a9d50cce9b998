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

    @Test(arguments: ["space", "data"])
    func threadsCanReachTheLimitTogether(_ resource: String) throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("limits"), [resource, "200", "threads"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }
}
