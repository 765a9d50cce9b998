import Testing

@Suite("The process", .serialized, .needsCompiler)
struct ProcessTests {
    @Test(
        "What the library does to a process, and does not",
        arguments: ["comes-and-goes", "attributes", "alone", "sandbox"])
    func process(_ check: String) throws { try Check.passes("process", check) }

    @Test(
        "Where blocks lie, and what becomes of them",
        arguments: ["in-the-way", "in-the-way-of-books", "small", "moved", "cut", "left", "tables", "locked", "names"])
    func places(_ check: String) throws { try Check.passes("places", check) }

    @Test("A child of a bare clone never hangs")
    func bareClone() throws {
        // Children that were made in a bad moment say so.
        let outcome = try ChildProcess.run(try TestPrograms.program("process"), ["bare-clone", "\(Check.seed)"])
        #expect(outcome.succeeded, "\(outcome)")
        let reason = "pageheap: this process was made by clone"
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix(reason) }, "\(outcome)")
    }
}
