import Testing

/// The library's own C interface, pageheap.h.
@Suite(.needsCompiler)
struct InterfaceTests {
    @Test(
        arguments: [
            "version", "at-once", "figures", "sizes", "bad-arguments", "limit", "threads", "forked", "untouched",
        ])
    func theInterfaceKeepsItsPromises(_ check: String) throws { try Check.passes("interface", check) }

    @Test(arguments: ["statistics", "caches", "resident", "release", "set-limit", "question", "information"])
    func functionsWorkBeforeTheFirstAllocation(_ function: String) throws {
        try Check.passes("interface", "early-\(function)")
    }

    @Test func theEnvironmentsLimitHoldsBeforeTheFirstAllocation() throws {
        try Check.passes("interface", "early-limit", environment: ["PAGEHEAP_MEMORY_LIMIT": "100M"])
    }

    @Test func aTraceSetBeforeTheFirstAllocationIsWritten() throws {
        let outcome = try ChildProcess.run(try TestPrograms.program("interface"), ["early-trace"])
        #expect(outcome.succeeded && outcome.errorLines.count == 2, "\(outcome)")
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("scav ") }, "\(outcome)")
    }

    @Test func theTraceCanChangeWhileTheProgramRuns() throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("interface"), ["trace"], environment: ["PAGEHEAP_SCAVENGER": "off"])
        #expect(outcome.succeeded && outcome.errorLines.count == 4, "\(outcome)")
        #expect(outcome.errorLines.prefix(2).allSatisfy { $0.hasPrefix("scav ") }, "\(outcome)")
        #expect(outcome.errorLines.suffix(2).allSatisfy { $0.hasPrefix(#"{"scav": "#) }, "\(outcome)")
    }

    @Test(arguments: [["-x", "c", "-std=c99"], ["-x", "c", "-std=c17"], ["-x", "c++", "-std=c++11"]])
    func theHeaderCompilesWithoutWarnings(_ language: [String]) throws {
        let outcome = try ChildProcess.runTool(
            try #require(TestPrograms.compiler),
            language + ["-Wall", "-Wextra", "-pedantic-errors", "-Werror", "-fsyntax-only", "-include", "pageheap.h"]
                + ["-I", TestPrograms.headers, "/dev/null"])
        #expect(outcome.succeeded, "\(outcome)")
    }
}
