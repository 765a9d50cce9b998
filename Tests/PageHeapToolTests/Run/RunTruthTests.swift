import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// What `pageheap run` says of programs that are not, or not always, on PageHeap; and of small ones.
struct RunTruthTests {
    let folder: TemporaryFolder
    let sampled: String

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
        sampled = try SampledScript.write(to: folder)
    }

    private func compile(_ source: String, _ options: [String]) throws -> String {
        let program = source + ".program"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["cc"] + options + ["-o", program, source]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        return program
    }

    @Test func aSmallProgramsPeakIsItsOwn() throws {
        let (result, _) = try run(["/bin/true"])
        // The tool itself has more than that, and a program has at least its own code.
        let peak = try #require(result.peakResidentBytes)
        #expect(peak < ByteCount(8 << 20))
        #expect(peak > ByteCount(512 << 10))
        #expect(result.heapFiguresPublished)
        #expect(result.processesWithoutLibrary == 0)
    }

    /// A process that is ending has no stack any more, by which a program is known.
    @Test func theIdentityOfAProgramLastsToItsEnd() throws {
        func identity(_ identifier: Int, start: Int, stack: Int, arguments: Int) throws -> ProcessIdentity {
            var fields = [String](repeating: "0", count: 52)
            fields[0] = "\(identifier)"
            fields[1] = "(x)"
            fields[2] = "R"
            fields[21] = "\(start)"
            fields[27] = "\(stack)"
            fields[47] = "\(arguments)"
            let stat = try #require(ProcessStat(parsing: Array(fields.joined(separator: " ").utf8)))
            return ProcessIdentity(Int32(identifier), stat)
        }
        let first = try identity(7, start: 5, stack: 1000, arguments: 1100)
        let ending = try identity(7, start: 5, stack: 0, arguments: 0)
        let next = try identity(7, start: 5, stack: 2000, arguments: 2100)
        #expect(first.stackStart == 1000 && first.argumentStart == 1100 && first.startTime == 5)
        #expect(ending.following(first) == first)
        #expect(next.following(first) == next)
        #expect(ending.following(nil) == ending)
        #expect(try ending.following(identity(8, start: 5, stack: 1, arguments: 1)) == ending)
    }

    @Test func aShortProgramsFiguresAtItsEndAreThoseOfItsEnd() throws {
        let source = try folder.write(
            """
            #include <stdlib.h>
            #include <string.h>
            int main(void) { return memset(malloc(30 << 20), 1, 30 << 20) == NULL; }
            """, to: "short.c")
        let program = try compile(source, ["-fno-builtin"])
        for _ in 0..<15 {
            let (result, _) = try run([program])
            #expect(result.heap[\.in_use_bytes] >= 30 << 20)
        }
    }

    @Test func aProgramIsTheToolsOwnChild() throws {
        let outcome = try BuiltTool.run(["run", "--quiet", "--", "sh", "-c", "echo $PPID; cat /proc/$PPID/comm"])
        #expect(outcome.output.hasSuffix("\npageheap\n"))
    }

    @Test func aProgramThatAWrapperTakesOffPageHeapIsNamed() throws {
        let (result, text) = try run(["sh", "-c", "env -i '\(sampled)' $PPID; :"])
        let stranger = try #require(result.largestProcessWithoutLibrary)
        #expect(stranger.name == SampledScript.name)
        #expect(stranger.cause == .startedWithoutPreload)
        #expect(result.processesWithoutLibrary == 1)
        #expect(text.contains("'\(SampledScript.name)' (PID \(stranger.processIdentifier), up to "))
        #expect(text.replacing("\n  ", with: " ").contains("it was started without LD_PRELOAD."))
    }

    @Test func theFiguresEndWithTheProgramThatTheyAreOf() throws {
        let (result, _) = try run(["sh", "-c", "exec env -i '\(sampled)' $PPID"])
        #expect(result.heapFiguresPublished)
        #expect(result.heap[\.in_use_bytes] == 0)
        #expect(result.samples.last?.inUseBytes == .zero)
        #expect(result.largestProcessWithoutLibrary?.name == SampledScript.name)
    }

    @Test func aStaticProgramIsNamed() throws {
        let source = try folder.write(
            "#include <stdlib.h>\nint main(int count, char **words) { return system(words[1]); }\n", to: "still.c")
        let program = try compile(source, ["-static"])
        let (result, text) = try run(["sh", "-c", "exec '\(program)' \"'\(sampled)' $PPID\""])
        #expect(result.largestProcessWithoutLibrary?.cause == .isStatic)
        #expect(text.contains("was not on PageHeap") || text.contains("did not run on PageHeap"))
    }

    @Test func aProgramThatIsKilledWasStillOnPageHeap() throws {
        let (result, text) = try run(["sh", "-c", "kill -SEGV $$"])
        #expect(result.signal == SIGSEGV)
        #expect(result.notes.isEmpty)
        #expect(!text.contains("did not run"))
    }

    @Test func damagedAndForeignLibrariesAreRefused() throws {
        let library = try BuiltTool.requireLibrary()
        let content = try Data(contentsOf: URL(fileURLWithPath: library))
        let truncated = folder.file("libpageheapmalloc.so")
        try content.prefix(64 << 10).write(to: URL(fileURLWithPath: truncated))
        let foreign =
            FileReading.names(in: "/lib/x86_64-linux-gnu").contains("libm.so.6")
            ? "/lib/x86_64-linux-gnu/libm.so.6" : "/lib64/libm.so.6"
        for (file, reason) in [(truncated, "is cut short"), (foreign, "is not PageHeap's malloc library")] {
            let outcome = try BuiltTool.run(["run", "--library", file, "--", "true"])
            #expect(outcome.code == 66)
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func childrenOfAnEarlierLifeAreNotCounted() throws {
        // The shell's child is the tool's once the shell has executed the tool.
        let json = folder.file("earlier.json")
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: "/bin/sh")
        tool.arguments = [
            "-c",
            "sleep 5 & exec '\(BuiltTool.path)' run --quiet --interval 10 --json '\(json)' -- sh -c 'sleep 1; echo $PPID'",
        ]
        tool.standardOutput = FileHandle.nullDevice
        try tool.run()
        tool.waitUntilExit()
        let result = try JSONDecoder().decode(RunResult.self, from: try Data(contentsOf: URL(fileURLWithPath: json)))
        #expect(result.processes <= 2)
        #expect(result.processesWithoutLibrary == 0)
        #expect(result.processesLeftRunning == 0)
    }

    @Test func whatAnEndedChildUsedStaysCounted() throws {
        let loop = "i=0; while [ $((i += 1)) -lt 100000 ]; do :; done"
        let script = "sh -c '\(loop)'; cat /proc/$$/stat > \"$0\"; exec '\(sampled)' $PPID"
        let (result, _) = try run(["sh", "-c", script, folder.file("stat")])
        let waiting = try #require(ProcessStat(parsing: Array(folder.text(of: "stat").utf8)))
        let ofChild = Double(waiting.childrenCPUTicks) * UseTotal.tick
        try #require(ofChild > 0.02)
        let totals = result.samples.map(\.use)
        #expect(totals.map(\.cpuSeconds) == totals.map(\.cpuSeconds).sorted())
        #expect(totals.map(\.minorFaults) == totals.map(\.minorFaults).sorted())
        let last = try #require(totals.last)
        #expect(last.cpuSeconds >= ofChild)
        #expect(last.cpuSeconds <= result.cpuSeconds + 0.001)
        #expect(last.minorFaults <= result.minorPageFaults)
        #expect(result.samples.allSatisfy { $0.scavengerCPUSeconds <= $0.use.cpuSeconds + 0.001 })
    }

    @Test func pipesInTheStatisticsFolderDoNotHoldTheToolUp() throws {
        let script =
            "mkfifo $PAGEHEAP_STATISTICS_DIRECTORY/$$.7 $PAGEHEAP_STATISTICS_DIRECTORY/99999.0; sleep 0.2; exit 3"
        let tool = try BuiltTool(["run", "--quiet", "--", "sh", "-c", script])
        if !eventually({ !tool.process.isRunning }) { kill(tool.process.processIdentifier, SIGKILL) }
        #expect(tool.outcome().code == 3)
    }

    @Test func aReaderThatGoesAwayDoesNotTakeTheExitCodeWithIt() throws {
        let outcome = try BuiltTool.run([
            "run", "--quiet", "--json", "/dev/null", "--", "sh", "-c",
            "{ '\(BuiltTool.path)' run -- sh -c 'sleep 0.2; exit 7' >/dev/null; echo $? >&3; } 2>&1 3>'\(folder.file("code"))' | :",
        ])
        #expect(outcome.code == 0)
        #expect(folder.text(of: "code") == "7\n")
    }

    @Test func aPipeWithoutAReaderIsRefused() throws {
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let outcome = try BuiltTool.run(["run", "--quiet", "--json", pipe, "--", "touch", folder.file("marker")])
        #expect(outcome.code == 74)
        #expect(outcome.errors.contains("nobody reads this pipe"))
        #expect(!folder.names.contains("marker"))
        #expect(try BuiltTool.run(["diff", pipe, pipe]).code == 66)
        #expect(try BuiltTool.run(["run", "--library", pipe, "--", "true"]).code == 66)
    }

    /// Runs a program. Returns the figures and the summary.
    private func run(_ program: [String]) throws -> (result: RunResult, text: String) {
        let json = folder.file("result.json")
        let outcome = try BuiltTool.run(["run", "--interval", "10", "--json", json, "--"] + program)
        let data = try Data(contentsOf: URL(fileURLWithPath: json))
        return (try JSONDecoder().decode(RunResult.self, from: data), outcome.errors)
    }
}
