import Foundation
import PageHeapTrace
import TestSupport
import Testing

/// The built command with the built recorder, on programs that every system has.
struct RecordCommandTests {
    let folder: TemporaryFolder

    init() throws {
        let recorder = BuildProducts.path(of: "libpageheaprecord.so")
        guard FileManager.default.fileExists(atPath: recorder) else {
            throw BuiltTool.Missing(path: recorder, product: "pageheaprecord")
        }
        folder = try TemporaryFolder()
    }

    private var trace: String { folder.file("program.trace") }

    private func record(_ options: [String] = [], _ program: [String]) throws -> BuiltTool.Outcome {
        try BuiltTool.run(["record", "-o", trace] + options + ["--"] + program)
    }

    private func names() throws -> [String] { try TraceReader(path: trace).processes.map(\.name) }

    @Test(arguments: [("exit 7", 7), ("exit 0", 0), ("kill -9 $$", 137), ("kill -TERM $$", 143)])
    func theExitCodeIsTheProgramsOwn(script: String, code: Int32) throws {
        let outcome = try record(["--quiet"], ["sh", "-c", script])
        #expect(outcome.code == code)
        #expect(outcome.errors.split(separator: "\n").count == (code > 128 ? 1 : 0))
        #expect(try TraceReader(path: trace).losses.isComplete)
    }

    @Test func allProcessesOfAProgramAreRecorded() throws {
        let outcome = try record([], ["sh", "-c", "ls / > /dev/null; cat /dev/null"])
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("exited with 0"))
        #expect(outcome.errors.contains("next: pageheap trace"))
        let names = try names()
        #expect(names.contains("ls") && names.contains("cat"), "\(names)")
    }

    @Test func standardStreamsPassThrough() throws {
        let text = String(repeating: "line of text\n", count: 20_000)
        let outcome = try BuiltTool.run(["record", "--quiet", "-o", trace, "--", "cat"], input: text)
        #expect(outcome.output == text && outcome.errors.isEmpty)
    }

    @Test func aProgramCanBeRecordedOnPageHeap() throws {
        _ = try BuiltTool.requireLibrary()
        let outcome = try record(
            ["--quiet", "--allocator", "pageheap"], ["sh", "-c", "ls > /dev/null; echo $LD_PRELOAD"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("libpageheaprecord.so:") && outcome.output.hasSuffix("libpageheapmalloc.so\n"))
        #expect(try names().contains("ls"))
    }

    @Test func theProgramsOwnPreloadIsKeptUnlessAnAllocatorIsNamed() throws {
        let library = try BuiltTool.requireLibrary()
        func preload(_ options: [String]) throws -> String {
            try BuiltTool.run(
                ["record", "--quiet", "-o", trace] + options + ["--", "sh", "-c", "echo $LD_PRELOAD"],
                environment: ["LD_PRELOAD": library]
            ).output
        }
        #expect(try preload([]).hasSuffix("libpageheaprecord.so:\(library)\n"))
        #expect(try preload(["--allocator", "glibc"]).hasSuffix("libpageheaprecord.so\n"))
    }

    @Test func anOlderTraceIsReplacedAndLeftAloneByAProgramThatCannotStart() throws {
        try folder.write("older", to: "program.trace")
        #expect(try record([], [folder.file("none")]).code == 127)
        #expect(folder.text(of: "program.trace") == "older")
        #expect(try record(["--quiet"], ["true"]).code == 0)
        #expect(try TraceReader(path: trace).losses.isComplete)
        #expect(folder.names == ["program.trace"])
    }

    @Test(arguments: [
        (["record", "--", "true"], "--output"), (["record", "-o", "", "--", "true"], "needs the name of a file"),
        (["record", "-o", "x"], "no program given"),
        (["record", "-o", "x", "--allocator", "none", "--", "true"], "--allocator: 'none' is not a known allocator"),
    ])
    func wrongUsageIsSaidInOneLine(_ arguments: [String], _ text: String) throws {
        let outcome = try BuiltTool.run(arguments)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test(arguments: ["/dev/full", "/dev/null", "/", "/nowhere/at/all"])
    func aTraceHasToBeAFile(_ path: String) throws {
        let outcome = try BuiltTool.run(["record", "-o", path, "--", "touch", folder.file("marker")])
        #expect(outcome.code == 74)
        #expect(outcome.errors.hasPrefix("pageheap: cannot write the trace '\(path)'"))
        #expect(folder.names.isEmpty)
    }

    @Test func aProcessThatIsNotRecordedIsNamed() throws {
        let outcome = try record([], ["env", "-i", "sh", "-c", "sleep 1"])
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("was not recorded: it was started without LD_PRELOAD"), "\(outcome.errors)")
    }

    @Test func aSignalToTheToolReachesTheProgramAndTheTraceIsKept() throws {
        let tool = try BuiltTool(
            [
                "record", "-o", trace, "--", "sh", "-c",
                "ls / > /dev/null; echo > \(folder.file("ready")); exec sleep 100",
            ])
        while !folder.names.contains("ready") { usleep(2000) }
        kill(tool.process.processIdentifier, SIGTERM)
        let outcome = tool.outcome()
        #expect(outcome.code == 143)
        #expect(outcome.errors.contains("was killed by signal 15"))
        #expect(try names().contains("ls"))
    }
}
