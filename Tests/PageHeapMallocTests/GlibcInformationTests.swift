import Testing

/// The functions by which glibc's malloc reports on itself, such as mallinfo, for this heap.
@Suite(.needsCompiler)
struct GlibcInformationTests {
    @Test(arguments: ["information", "settings"])
    func glibcsFiguresAndSettingsAreSupported(_ check: String) throws { try Check.passes("interface", check) }

    @Test func mallocInfoAndMallocStatsWriteWhatGlibcsWrite() throws {
        let program = try TestPrograms.program("interface")
        let outcome = try ChildProcess.run(program, ["texts"])
        let glibc = try ChildProcess.runTool(program, ["texts"])
        #expect(outcome.succeeded && glibc.succeeded, "\(outcome), \(glibc)")
        #expect(shape(outcome.errors) == shape(glibc.errors), "\(outcome), \(glibc)")
        #expect(shape(outcome.output) == shape(glibc.output), "\(outcome), \(glibc)")
        let free = outcome.output.matches(of: /<total type="(?:fast|rest)" count="\d+" size="(\d+)"/)
        let system = outcome.output.matches(of: /<system type="current" size="(\d+)"/)
        let sizes = (free + system).compactMap { Int($0.1) }
        try #require(sizes.count == 6, "\(outcome)")
        #expect(sizes[0] + sizes[1] <= sizes[4] && sizes[4] > 0, "\(outcome)")
    }

    /// Lines without their numbers, and without the list of free blocks by size, which may be empty.
    private func shape(_ text: String) -> [String] {
        text.split(separator: "\n").filter { !$0.contains("<size ") && !$0.contains("<unsorted ") }
            .map { String($0.replacing(/[0-9]+/, with: "N").replacing(#/ +N$/#, with: " N")) }
    }
}
