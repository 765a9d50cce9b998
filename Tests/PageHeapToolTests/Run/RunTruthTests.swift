import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// What `pageheap run` says of programs that are not, or not always, on PageHeap; and of small ones.
struct RunTruthTests {
    let folder: TemporaryFolder

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
    }

    @Test func aSmallProgramsPeakIsItsOwn() throws {
        let (result, _) = try run(["/bin/true"])
        // The tool itself has more than that, and a program has at least its own code.
        #expect(result.peakResidentBytes < ByteCount(8 << 20))
        #expect(result.peakResidentBytes > ByteCount(512 << 10))
        #expect(result.heapFiguresPublished)
        #expect(result.processesWithoutLibrary == 0)
    }

    @Test func aProgramIsTheToolsOwnChild() throws {
        let outcome = try BuiltTool.run(["run", "--quiet", "--", "sh", "-c", "echo $PPID; cat /proc/$PPID/comm"])
        #expect(outcome.output.hasSuffix("\npageheap\n"))
    }

    @Test func aProgramThatAWrapperTakesOffPageHeapIsNamed() throws {
        let (result, text) = try run(["sh", "-c", "env -i /bin/sleep 0.4; :"])
        let stranger = try #require(result.largestProcessWithoutLibrary)
        #expect(stranger.name == "sleep")
        #expect(stranger.cause == .startedWithoutPreload)
        #expect(result.processesWithoutLibrary == 1)
        #expect(text.contains("'sleep' (PID \(stranger.processIdentifier), up to "))
        #expect(text.replacing("\n  ", with: " ").contains("it was started without LD_PRELOAD."))
    }

    @Test func theFiguresEndWithTheProgramThatTheyAreOf() throws {
        let (result, _) = try run(["sh", "-c", "exec env -i /bin/sleep 0.4"])
        #expect(result.heapFiguresPublished)
        #expect(result.heap[\.in_use_bytes] == 0)
        #expect(result.samples.last?.inUseBytes == .zero)
        #expect(result.largestProcessWithoutLibrary?.name == "sleep")
    }

    @Test func aStaticProgramIsNamed() throws {
        let source = try folder.write("#include <unistd.h>\nint main(void) { return usleep(400000); }\n", to: "still.c")
        let program = folder.file("still")
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["cc", "-static", "-o", program, source]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        let (result, text) = try run(["sh", "-c", "exec '\(program)'"])
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

    /// Runs a program. Returns the figures and the summary.
    private func run(_ program: [String]) throws -> (result: RunResult, text: String) {
        let json = folder.file("result.json")
        let outcome = try BuiltTool.run(["run", "--interval", "10", "--json", json, "--"] + program)
        let data = try Data(contentsOf: URL(fileURLWithPath: json))
        return (try JSONDecoder().decode(RunResult.self, from: data), outcome.errors)
    }
}
