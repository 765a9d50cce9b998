import Foundation
import TestSupport
import Testing

/// The built command with the built malloc library, on programs that every system has.
struct RunProgramTests {
    let folder: TemporaryFolder

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
    }

    @Test(arguments: [("exit 7", 7), ("exit 0", 0), ("kill -9 $$", 137), ("kill -TERM $$", 143)])
    func theExitCodeIsTheProgramsOwn(script: String, code: Int32) throws {
        let outcome = try BuiltTool.run(["run", "--quiet", "--", "sh", "-c", script])
        #expect(outcome.code == code)
        #expect(outcome.errors.split(separator: "\n").count == (code > 128 ? 1 : 0))
    }

    @Test func standardStreamsPassThrough() throws {
        let text = String(repeating: "line of text\n", count: 20_000)
        let outcome = try BuiltTool.run(["run", "--", "cat"], input: text)
        #expect(outcome.output == text)
        #expect(outcome.errors.contains("peak resident"))
        #expect(outcome.errors.contains("pageheap: cat exited with 0"))
    }

    @Test func argumentsAndEnvironmentPassThrough() throws {
        let outcome = try BuiltTool.run(
            ["run", "--quiet", "--", "sh", "-c", "printf '<%s>' \"$@\" \"$GIVEN\"", "sh", "a b", "", "--quiet"],
            environment: ["GIVEN": "é"])
        #expect(outcome.output == "<a b><><--quiet><é>")
        #expect(outcome.errors.isEmpty)
    }

    @Test func aScriptWithoutAFirstLineIsRunByTheShell() throws {
        let script = try folder.write("echo \"shell $1\"\n", to: "script", mode: 0o755)
        #expect(try BuiltTool.run(["run", "--quiet", "--", script, "word"]).output == "shell word\n")
    }

    @Test func anUnwritableReportStopsTheRunBeforeItBegins() throws {
        for option in ["--report", "--json", "--svg"] {
            let outcome = try BuiltTool.run(
                ["run", option, folder.file("none/file"), "--", "touch", folder.file("marker")])
            #expect(outcome.code == 74)
            #expect(outcome.errors.hasPrefix("pageheap: cannot write"))
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
        #expect(folder.names.isEmpty)
    }

    @Test func aFullDiskCountsOnlyAfterSuccess() throws {
        let success = try BuiltTool.run(["run", "--json", "/dev/full", "--", "true"])
        #expect(success.code == 74)
        #expect(success.errors.contains("No space left"))
        #expect(success.errors.contains("wall time"))
        #expect(try BuiltTool.run(["run", "--quiet", "--json", "/dev/full", "--", "sh", "-c", "exit 3"]).code == 3)
    }

    @Test(arguments: [("TERM", SIGTERM), ("HUP", SIGHUP), ("INT", SIGINT), ("USR1", SIGUSR1), ("XCPU", SIGXCPU)])
    func signalsReachTheProgramAndTheFilesAreWritten(name: String, signal: Int32) throws {
        let ready = folder.file("ready")
        let script = "trap 'exit 5' \(name); echo > '\(ready)'; while :; do sleep 0.01; done"
        let tool = try BuiltTool(["run", "--quiet", "--json", folder.file("json"), "--", "sh", "-c", script])
        #expect(eventually { FileManager.default.fileExists(atPath: ready) })
        kill(tool.process.processIdentifier, signal)
        // A signal that is lost on the way must fail this test, not hold up all others.
        if !eventually({ !tool.process.isRunning }) { tool.process.terminate() }
        #expect(tool.outcome().code == 5)
        #expect(folder.names == ["json", "ready"])
    }

    @Test func allFilesAreWritten() throws {
        let outcome = try BuiltTool.run([
            "run", "--report", folder.file("r.html"), "--svg", folder.file("r.svg"), "--json", folder.file("r.json"),
            "--interval", "10", "--", "sh", "-c", "sleep 0.05; exit 3",
        ])
        #expect(outcome.code == 3)
        #expect(folder.names == ["r.html", "r.json", "r.svg"])
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("r.json")))
        let figures = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(figures["exitCode"] as? Int == 3)
        #expect(figures["heapFiguresPublished"] as? Bool == true)
        #expect((figures["peakResidentBytes"] as? Int ?? 0) > 0)
        let samples = try #require(figures["samples"] as? [[String: Any]])
        #expect(!samples.isEmpty)
    }

    /// Signals 32 and 33, too, which the C library ignores in programs that it starts.
    @Test(arguments: ["SIG_IGN", "SIG_DFL"])
    func theProgramIgnoresTheSignalsThatTheCommandsCallerIgnored(what: String) throws {
        func ignored(_ command: [String]) throws -> String {
            let start =
                "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.\(what)); os.execv(sys.argv[1], sys.argv[1:])"
            let outcome = try BuiltTool(["-S", "-c", start] + command, program: "/usr/bin/python3").outcome()
            #expect(outcome.code == 0, "\(outcome)")
            return outcome.output
        }
        let program = ["/bin/grep", "SigIgn", "/proc/self/status"]
        let plain = try ignored(program)
        for command in [["run", "--quiet"], ["record", "--quiet", "-o", folder.file("trace")]] {
            #expect(try ignored([BuiltTool.path] + command + ["--"] + program) == plain)
        }
    }

    @Test func aFolderThatTakesNoFileIsNotSaidToBeMissing() throws {
        let outcome = try BuiltTool.run(["run", "--json", "/proc/x", "--", "true"])
        #expect(outcome.code == 74 && outcome.errors.contains("no file can be created in '/proc'"), "\(outcome)")
        let script = "cd /proc; exec '\(BuiltTool.path)' run --json x.json -- true"
        let here = try BuiltTool(["-c", script], program: "/bin/sh").outcome()
        #expect(here.code == 74 && here.errors.contains("no file can be created in '.'"), "\(here)")
    }

    @Test func theStatisticsFolderIsPrivateAndRemoved() throws {
        let script = "stat -c %a \"$PAGEHEAP_STATISTICS_DIRECTORY\"; echo \"$PAGEHEAP_STATISTICS_DIRECTORY\""
        let lines = try BuiltTool.run(["run", "--quiet", "--", "sh", "-c", script]).output.split(separator: "\n")
        #expect(lines.first == "700")
        #expect(!FileManager.default.fileExists(atPath: String(lines.last ?? "/")))
    }
}
