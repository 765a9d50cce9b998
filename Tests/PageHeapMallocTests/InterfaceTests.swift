import Testing

/// The library's own C interface, pageheap.h.
@Suite("C interface", .needsCompiler)
struct InterfaceTests {
    @Test(
        "A check of the interface",
        arguments: ["version", "at-once", "figures", "sizes", "bad-arguments", "limit", "threads", "forked"])
    func interface(_ check: String) throws { try Check.passes("interface", check) }

    @Test(
        "A function that is called before anything has been allocated",
        arguments: ["statistics", "release", "set-limit", "question", "information"])
    func early(_ function: String) throws { try Check.passes("interface", "early-\(function)") }

    @Test("The environment's limit is there before the first allocation")
    func earlyLimit() throws {
        try Check.passes("interface", "early-limit", environment: ["PAGEHEAP_MEMORY_LIMIT": "100M"])
    }

    @Test("A trace that is asked for before the first allocation is written")
    func earlyTrace() throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("interface"), ["early-trace"])
        #expect(outcome.succeeded && outcome.errorLines.count == 2, "\(outcome)")
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("scav ") }, "\(outcome)")
    }

    @Test("The trace changes while the program runs")
    func trace() throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("interface"), ["trace"], environment: ["PAGEHEAP_SCAVENGER": "off"])
        #expect(outcome.succeeded && outcome.errorLines.count == 4, "\(outcome)")
        #expect(outcome.errorLines.prefix(2).allSatisfy { $0.hasPrefix("scav ") }, "\(outcome)")
        #expect(outcome.errorLines.suffix(2).allSatisfy { $0.hasPrefix(#"{"scav": "#) }, "\(outcome)")
    }

    @Test(
        "The header compiles without a warning",
        arguments: [["-x", "c", "-std=c99"], ["-x", "c", "-std=c17"], ["-x", "c++", "-std=c++11"]])
    func header(_ language: [String]) throws {
        let outcome = try ChildProcess.runTool(
            try #require(TestPrograms.compiler),
            language + ["-Wall", "-Wextra", "-pedantic-errors", "-Werror", "-fsyntax-only", "-include", "pageheap.h"]
                + ["-I", TestPrograms.headers, "/dev/null"])
        #expect(outcome.succeeded, "\(outcome)")
    }
}
