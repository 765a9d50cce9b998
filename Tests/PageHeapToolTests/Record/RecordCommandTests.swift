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

    @Test func aTraceWithoutItsEndIsDamagedWhereverItIsCut() throws {
        #expect(try record([], ["sh", "-c", "/bin/true; /bin/true"]).code == 0)
        let whole = try #require(FileManager.default.contents(atPath: trace))
        #expect(try BuiltTool.run(["trace", "--json", trace]).code == 0)
        for bytes in [4096, 4096 + 128, whole.count / 2 / 64 * 64, whole.count - 64] {
            let cut = try folder.write(Array(whole.prefix(bytes)), to: "cut")
            #expect(try BuiltTool.run(["trace", "--json", cut]).code == 1, "\(bytes) of \(whole.count)")
        }
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

    /// A copy of a library in a folder whose name has a blank and a colon.
    private func copyBehindBlanks(_ library: String, as name: String) throws -> String {
        let place = folder.file("with a blank:and a colon")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: library, toPath: "\(place)/\(name)")
        return "\(place)/\(name)"
    }

    @Test func libraryPathsMayHaveBlanksAsForRun() throws {
        let library = try copyBehindBlanks(try BuiltTool.requireLibrary(), as: "libpageheapmalloc own.so")
        let check = ["sh", "-c", "grep -c 'libpageheapmalloc own' /proc/self/maps"]
        let recorded = try record(["--quiet", "--allocator", library], check)
        #expect(recorded.code == 0 && recorded.errors.isEmpty && recorded.output != "0\n", "\(recorded)")
        #expect(try names().contains("grep"))
        let run = try BuiltTool.run(["run", "--quiet", "--library", library, "--"] + check)
        #expect(run.code == 0 && run.errors.isEmpty && run.output != "0\n", "\(run)")
    }

    @Test func theNameMayHaveWhatIsKnownAtTheStart() throws {
        let program = ["sh", "-c", "ls / > /dev/null; echo $$"]
        let outcome = try BuiltTool.run(["record", "-o", folder.file("%e-%p-100%%.trace"), "--"] + program)
        let name = "sh-\(outcome.output.dropLast())-100%.trace"
        #expect(outcome.code == 0 && folder.names == [name], "\(folder.names)")
        #expect(outcome.errors.contains("written to \(folder.file(name))"), "\(outcome.errors)")
        // What is executed later is recorded into the same file.
        let reader = try TraceReader(path: folder.file(name))
        #expect(reader.losses.isComplete && reader.processes.map(\.name).contains("ls"))
        let timed = try BuiltTool.run(["record", "--quiet", "-o", folder.file("%t"), "--", "true"])
        #expect(timed.code == 0 && folder.names.contains { Int($0) != nil })
    }

    @Test func aProcessThatRunsOnFindsTheFile() throws {
        // It closes what it inherited, as daemons do: what starts the command here waits for the end of all that have its socket.
        let text = """
            import os, sys, time
            if os.fork(): os._exit(0)
            os.closerange(3, 256)
            until = time.monotonic() + 60
            while not os.path.exists(sys.argv[1]) and time.monotonic() < until: time.sleep(0.02)
            os.system("ls / > /dev/null; echo > '" + sys.argv[1] + "ed'")
            """
        let outcome = try BuiltTool.run(
            ["record", "-o", folder.file("%p.trace"), "--", "/usr/bin/python3", "-S", "-c", text, folder.file("end")])
        let said = outcome.errors.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(outcome.code == 0 && said.contains("For that, the file is also '.%p.trace."), "\(outcome.errors)")
        try folder.write("", to: "end")
        #expect(eventually { folder.names.contains("ended") })
        let name = try #require(folder.names.first { $0.hasSuffix(".trace") && !$0.hasPrefix(".") })
        #expect(try TraceReader(path: folder.file(name)).processes.map(\.name).contains("ls"))
    }

    @Test func progressIsShownOnATerminalOfItsOwn() throws {
        let program = ["sh", "-c", "while ! test -e '\(folder.file("go"))'; do sleep 0.05; done"]
        let terminal = try PseudoTerminal(
            ["record", "-o", trace, "--"] + program, streams: [.input, .errors])
        #expect(
            terminal.shows {
                $0.contains(/\r\u{1b}\[Kpageheap: recorded for [0-9.]+ s, [0-9.]+ .iB, [0-9,]+ events/)
            })
        try folder.write("", to: "go")
        #expect(terminal.end() == 0)
        // The line is gone before the summary comes.
        let parts = terminal.output.components(separatedBy: "\r\u{1b}[K")
        #expect(parts.count > 2 && parts.last?.contains("exited with 0") == true)
        #expect(parts.dropLast().allSatisfy { !$0.contains("\n") })
    }

    @Test(
        arguments: [
            ("xterm", .all, []), ("dumb", .errors, []), ("xterm", .errors, ["--quiet"]),
        ] as [(String, PseudoTerminal.Streams, [String])])
    func elsewhereThereIsNone(kind: String, streams: PseudoTerminal.Streams, options: [String]) throws {
        let terminal = try PseudoTerminal(
            ["record", "-o", trace] + options + ["--", "sleep", "3"], kind: kind, streams: streams)
        #expect(terminal.end() == 0)
        #expect(!terminal.output.contains("recorded for"))
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
        (["record", "-o", "x%y", "--", "true"], "--output has '%y' in its name"),
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
        let sampled = try SampledScript.write(to: folder)
        let outcome = try record([], ["sh", "-c", "exec env -i '\(sampled)' $PPID"])
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
