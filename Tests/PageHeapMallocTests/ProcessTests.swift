import Testing

/// What the library does to a process, and what it does not.
@Suite(.serialized, .needsCompiler)
struct ProcessTests {
    @Test(arguments: ["comes-and-goes", "attributes", "alone", "sandbox"])
    func theWorkerDoesNotDisturbTheProcess(_ check: String) throws { try Check.passes("process", check) }

    @Test(
        arguments: ["in-the-way", "in-the-way-of-books", "small", "moved", "cut", "left", "tables", "locked", "names"])
    func blocksStaySoundWhereverTheyLie(_ check: String) throws { try Check.passes("places", check) }

    @Test func aChildOfABareCloneNeverHangs() throws {
        // Children that were made at an unsuitable moment say so.
        let outcome = try ChildProcess.run(try TestPrograms.program("process"), ["bare-clone", "\(Check.seed)"])
        #expect(outcome.succeeded, "\(outcome)")
        let reason = "pageheap: this process was made by clone"
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix(reason) }, "\(outcome)")
    }
}
