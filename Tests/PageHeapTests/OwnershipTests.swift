import Testing

/// Misuse that the compiler must refuse: runs that are used after they are gone, copied, or viewed for longer than they
/// live.
struct OwnershipTests {
    /// Compiles a function's body.
    ///
    /// - Returns: the compiler's complaints, or nil if it has none.
    private func complaints(_ body: String) throws -> String? {
        try SnippetCompiler.complaints(
            "import PageHeap\nfunc snippet(_ heap: PagedHeap) throws {\n\(body)\n}\n")
    }

    @Test func correctUseCompiles() throws {
        let found = try complaints(
            """
            var run = try heap.allocate(pageCount: 2)
            var words = run.mutableSpan(of: Int.self)
            words[0] = 1
            print(run.bytes.byteCount)
            run.initialize { $0.append(7, as: UInt8.self) }
            let rest = try run.split(at: 1)
            run.release()
            rest.release()
            """)
        #expect(found == nil)
    }

    private static let write = "one.storeBytes(of: 1, as: Int.self)\ntwo.storeBytes(of: 1, as: Int.self)"

    @Test(
        arguments: [
            ("use after release", "run.release()\nprint(run.pageCount)", "used after consume"),
            ("release twice", "run.release()\nrun.release()", "consumed more than once"),
            ("use after leak", "_ = run.leak()\nrun.release()", "consumed more than once"),
            ("a copy", "let copy = copy run\n_ = copy.pageCount", "noncopyable"),
            ("a span after its run", "let bytes = run.bytes\nrun.release()\nprint(bytes.byteCount)", "exclusive"),
            ("two spans that write", "var one = run.mutableBytes\nvar two = run.mutableBytes\n\(write)", "overlapping"),
            (
                "a cut under a span", "let bytes = run.bytes\ntry run.shrink(toPageCount: 1)\nprint(bytes.byteCount)",
                "overlapping"
            ),
        ])
    func incorrectUseDoesNotCompile(_ name: String, _ body: String, _ expected: String) throws {
        let found = try #require(
            try complaints("var run = try heap.allocate(pageCount: 2)\n_ = run.mutableBytes\n" + body),
            "\(name) compiles")
        #expect(found.contains(expected), "\(found)")
    }
}
