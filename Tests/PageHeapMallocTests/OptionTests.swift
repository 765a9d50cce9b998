import Foundation
import TestSupport
import Testing

/// The options of the malloc library, and what it prints about them.
@Suite(.needsCompiler)
struct OptionTests {
    @Test(
        arguments: [
            ("PAGEHEAP_RETAIN_PERCENT", "abc", "takes 0 to 100"), ("PAGEHEAP_RETAIN_PERCENT", "101", "takes 0 to 100"),
            ("PAGEHEAP_RETAIN_PERCENT", "", "takes 0 to 100"), ("PAGEHEAP_RETAIN_PERCENT", "-1", "takes 0 to 100"),
            ("PAGEHEAP_RETAIN_PERCENT", "99999999999999999999999", "takes 0 to 100"),
            ("PAGEHEAP_RELEASE", "maybe", "takes now or lazy"), ("PAGEHEAP_SCAVENGER", "ON", "takes on, caller or off"),
            ("PAGEHEAP_MEMORY_LIMIT", "lots", "takes bytes, such as 536870912, 512M or 2GiB, or none"),
            ("PAGEHEAP_MEMORY_LIMIT", "64MB", "takes bytes"), ("PAGEHEAP_MEMORY_LIMIT", "", "takes bytes"),
            ("PAGEHEAP_MEMORY_LIMIT", "-1", "takes bytes"), ("PAGEHEAP_MEMORY_LIMIT", "99999999T", "takes bytes"),
            ("PAGEHEAP_HARD_LIMIT", "64MB", "takes bytes"), ("PAGEHEAP_SCAVENGE_PERCENT", "0", "takes 0.1 to 100"),
            ("PAGEHEAP_SCAVENGE_PERCENT", "nan", "takes 0.1 to 100"),
            ("PAGEHEAP_PACER", "fast", "takes budget, controller or average"),
            ("PAGEHEAP_HUGE_PAGES", "on", "takes system, growth or never"),
            ("PAGEHEAP_HARDENING", "3", "takes 0, 1 or 2"),
            ("PAGEHEAP_GUARD_INTERVAL", "1000000001", "takes 0 to 1000000000 requests"),
            ("PAGEHEAP_GUARD_INTERVAL", "-1", "takes 0 to 1000000000 requests"),
            ("PAGEHEAP_GUARD_INTERVAL", "1", "needs PAGEHEAP_HARDENING=2 as well"),
            ("PAGEHEAP_CONTROL", "1", "needs PAGEHEAP_STATISTICS_DIRECTORY as well"),
            ("PAGEHEAP_STATISTICS_KEEP", "1", "needs PAGEHEAP_STATISTICS_DIRECTORY as well"),
            ("PAGEHEAP_STATISTICS_KEEP", "yes", "takes 0 or 1"), ("PAGEHEAP_SCAVTRACE", "2", "takes 0, 1 or json"),
            ("PAGEHEAP_STATISTICS_DIRECTORY", "", "takes the path of a folder"),
            ("PAGEHEAP_SAMPLE_BYTES", "2T", "takes 0 to 1T bytes"),
            ("PAGEHEAP_SAMPLE_BYTES", "x", "takes 0 to 1T bytes"),
            ("PAGEHEAP_PROFILE_DIRECTORY", "", "takes the path of a folder"),
            ("PAGEHEAP_NONSENSE", "1", "is not an option"), ("PAGEHEAP_", "1", "is not an option"),
            ("PAGEHEAP_NONSENSE", String(repeating: "x", count: 100_000), "is not an option"),
        ])
    func anInvalidOptionIsReportedInOneLineAndIgnored(_ name: String, _ value: String, _ takes: String) throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("entry_points"), ["zero"], environment: [name: value])
        #expect(outcome.succeeded, "\(outcome)")
        #expect(outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.errors.hasPrefix("pageheap: ignored \(name)=\(value.prefix(100))"), "\(outcome)")
        #expect(outcome.errors.contains(": \(takes)"), "\(outcome)")
    }

    /// The kernel sends a signal for a write to a pipe that nobody reads, or beyond the limit on files.
    @Test(arguments: ["exec \"$0\" zero 2>\"$1\"", "{ \"$0\" zero; echo $? >&3; } 3>&1 2>&1 >/dev/null | exit 0"])
    func aReportThatCannotBeWrittenDoesNotEndTheProgram(script: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try ChildProcess.run(
            "/bin/sh",
            ["-c", "ulimit -f 0; \(script)", try TestPrograms.program("entry_points"), folder.file("errors")],
            environment: ["PAGEHEAP_NONSENSE": "1"])
        #expect(outcome.succeeded && !outcome.output.contains("141"), "\(outcome)")
    }

    @Test func eachInvalidOptionIsReported() throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("entry_points"), ["zero"],
            environment: ["PAGEHEAP_RELEASE": "maybe", "PAGEHEAP_NONSENSE": "1", "PAGEHEAP_SCAVTRACE": "yes"])
        #expect(outcome.succeeded && outcome.errorLines.count == 3, "\(outcome)")
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("pageheap: ignored PAGEHEAP_") }, "\(outcome)")
    }

    @Test func anInvalidOptionIsReportedOnceInATreeOfProcesses() throws {
        let program = try TestPrograms.program("entry_points")
        let outcome = try ChildProcess.run(
            "/bin/sh", ["-c", "'\(program)' zero; '\(program)' zero | '\(program)' zero; env"],
            environment: [
                "PAGEHEAP_RELEASE": "maybe", "PAGEHEAP_GUARD_INTERVAL": "20", "PAGEHEAP_HARDENING": "1",
                "PAGEHEAP_RETAIN_PERCENT": "20",
            ])
        #expect(outcome.succeeded && outcome.errorLines.count == 2, "\(outcome)")
        #expect(outcome.output.contains("\npageheap_RELEASE=maybe\n"), "\(outcome)")
        #expect(outcome.output.contains("\npageheap_GUARD_INTERVAL=20\n"), "\(outcome)")
        #expect(outcome.output.contains("\nPAGEHEAP_RETAIN_PERCENT=20\n"), "\(outcome)")
    }

    @Test func aTraceThatNobodyReadsStopsNothing() throws {
        try Check.passes("returns", "unread", environment: ["PAGEHEAP_SCAVTRACE": "json"])
    }

    @Test func validOptionsAreTakenSilently() throws {
        try Check.passes(
            "entry_points", "zeroed",
            environment: [
                "PAGEHEAP_RETAIN_PERCENT": "0", "PAGEHEAP_RELEASE": "lazy", "PAGEHEAP_SCAVENGER": "off",
                "PAGEHEAP_SCAVTRACE": "0", "PAGEHEAP_SEED": "1", "PAGEHEAP_MEMORY_LIMIT": "2GiB",
                "PAGEHEAP_HARD_LIMIT": "1G",
                "PAGEHEAP_SCAVENGE_PERCENT": "2.5", "PAGEHEAP_PACER": "average",
            ])
    }

    @Test(arguments: ["1", "1M", "none", "0"])
    func aLowLimitDoesNotKeepTheProgramFromItsMemory(_ limit: String) throws {
        try Check.passes("entry_points", "zeroed", environment: ["PAGEHEAP_MEMORY_LIMIT": limit])
    }

    @Test(
        arguments: [
            ("/nonexistent/folder", "there is no such folder"), ("/dev/null", "it is not a folder"),
            ("/\(String(repeating: "x", count: 5000))", "the path is too long"),
        ])
    func aFolderWithoutAStatisticsPageIsReportedOnceInATreeOfProcesses(folder: String, problem: String) throws {
        let program = try TestPrograms.program("entry_points")
        let outcome = try ChildProcess.run(
            "/bin/sh", ["-c", "'\(program)' zero; '\(program)' zero | '\(program)' zero"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder, "PAGEHEAP_CONTROL": "1"])
        #expect(outcome.succeeded && outcome.errorLines.count == 1, "\(outcome)")
        #expect(
            outcome.errors.hasPrefix("pageheap: ignored PAGEHEAP_STATISTICS_DIRECTORY=\(folder.prefix(100))"),
            "\(outcome)")
        #expect(outcome.errors.contains(": \(problem)"), "\(outcome)")
    }

    @Test(arguments: [("none", "there is no such folder"), ("file", "it is not a folder")])
    func aFolderForProfilesThatIsNoneIsReportedOnce(name: String, problem: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("", to: "file")
        let program = try TestPrograms.program("entry_points")
        let outcome = try ChildProcess.run(
            "/bin/sh", ["-c", "'\(program)' zero; '\(program)' zero"],
            environment: ["PAGEHEAP_PROFILE_DIRECTORY": folder.file(name)])
        #expect(outcome.succeeded && outcome.errorLines.count == 1, "\(outcome)")
        #expect(
            outcome.errors.contains("ignored PAGEHEAP_PROFILE_DIRECTORY=\(folder.path)/\(name): \(problem)"),
            "\(outcome)")
        #expect(folder.names == ["file"])
    }

    /// A stranger may set variables of a program whose messages go to a log or a terminal.
    @Test func aReportIsOneLineOfPrintableText() throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("entry_points"), ["zero"],
            environment: ["PAGEHEAP_PACER": "a\nforged: line\u{1b}[2J\t\u{7f}ü"])
        #expect(outcome.succeeded && outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.errors.contains("PAGEHEAP_PACER=a?forged: line?[2J??ü: takes"), "\(outcome)")
    }

    /// As in a container whose shell makes the folder before it executes the program.
    @Test func aFolderThatIsMadeLaterIsUsedByThePrograms() throws {
        let folder = try TemporaryFolder()
        let program = try TestPrograms.program("entry_points")
        let outcome = try ChildProcess.run(
            "/bin/sh", ["-c", "mkdir '\(folder.file("pages"))'; exec '\(program)' zero"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.file("pages"), "PAGEHEAP_STATISTICS_KEEP": "1"])
        #expect(outcome.succeeded && outcome.errorLines.count == 1, "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("pages")).count == 1)
    }

    @Test(arguments: ["by-and-by", "repeatedly"])
    func theTraceHasTheDocumentedForm(_ check: String) throws {
        let outcome = try ChildProcess.run(
            try TestPrograms.program("returns"), [check, "\(Check.seed)"], environment: ["PAGEHEAP_SCAVTRACE": "1"])
        #expect(outcome.succeeded && !outcome.errorLines.isEmpty, "\(outcome)")
        let pattern = try Regex(
            #"scav \d+ \d+ KiB work, \d+ KiB total, \d+% util( \(forced\))?( \[controller reset\])?"#)
        for line in outcome.errorLines {
            #expect(line.wholeMatch(of: pattern) != nil, "not a line of the trace: \(line)")
        }
        if check == "repeatedly" {
            #expect(outcome.errorLines.contains { $0.hasSuffix("(forced)") }, "\(outcome)")
        }
    }
}
