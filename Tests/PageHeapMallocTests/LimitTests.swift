import Testing

/// Where the system gives little: the program runs, gets most of what there is, then ENOMEM, and goes on.
@Suite("Limits", .serialized, .needsCompiler)
struct LimitTests {
    @Test(
        "A limited address space or data segment, in MiB",
        arguments: [
            ("space", 48), ("space", 64), ("space", 80), ("space", 256), ("space", 1024), ("data", 40), ("data", 256),
        ])
    func limited(_ resource: String, _ mebibytes: Int) throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("limits"), [resource, "\(mebibytes)", "once"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test("Threads that reach the limit together", arguments: ["space", "data"])
    func threads(_ resource: String) throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("limits"), [resource, "200", "threads"])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }
}
