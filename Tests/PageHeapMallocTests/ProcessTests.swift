import Testing

@Suite("The process", .serialized, .needsCompiler)
struct ProcessTests {
    @Test(
        "What the library does to a process, and does not",
        arguments: [
            "comes-and-goes", "attributes", "alone", "sandbox", "in-the-way", "moved", "cut", "left", "small",
            "in-the-way-of-books", "tables",
            "locked",
            "names",
        ])
    func process(_ check: String) throws { try Check.passes("process", check) }

    @Test("A child of a bare clone never hangs")
    func bareClone() throws {
        // Children that were made in a bad moment say so.
        let outcome = try ChildProcess.run(try TestPrograms.program("process"), ["bare-clone", "\(Check.seed)"])
        #expect(outcome.succeeded, "\(outcome)")
        let reason = "pageheap: this process was made by clone"
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix(reason) }, "\(outcome)")
    }
}
