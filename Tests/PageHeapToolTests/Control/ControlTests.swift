import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// `ctl` and `explain` with a program on the library.
struct ControlTests {
    @Test func explainAccountsForAllThatTheKernelCounts() throws {
        let program = try WatchedProgram()
        let outcome = try BuiltTool.run(["explain", "--json", program.identifier])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let parts = try #require(object?["parts"] as? [[String: Any]])
        let bytes = Dictionary(
            uniqueKeysWithValues: parts.map { ($0["kind"] as? String ?? "", $0["bytes"] as? Int ?? 0) })
        let resident = try #require(object?["residentBytes"] as? Int)
        #expect(abs(bytes.values.reduce(0, +) - resident) <= resident / 100)
        #expect(object?["isHeapDivided"] as? Bool == true)
        let inBlocks = try #require(bytes["blocks"])
        // The program has 24 MiB of blocks, some of which it has not touched.
        #expect(inBlocks > 16 << 20 && inBlocks < 48 << 20, "\(bytes)")
        let classes = try #require(object?["classes"] as? [[String: Any]])
        #expect(classes.contains { $0["blockBytes"] as? Int == 12288 && ($0["blocks"] as? Int ?? 0) >= 2048 })

        let text = try BuiltTool.run(["explain", program.identifier]).output
        #expect(text.contains("blocks of the program") && text.contains("Resident memory is not lower because"))
        #expect(text.contains("blocks of 12.0 KiB"))
        let prometheus = try BuiltTool.run(["explain", "--prometheus", program.identifier]).output
        #expect(prometheus.contains("pageheap_resident_part_bytes{pid=\"\(program.identifier)\",name=\"python3"))
        #expect(prometheus.contains(",part=\"blocks\"} "))
    }

    @Test func aProcessThatServesNoRequestsIsExplainedByItsMappings() throws {
        let program = try WatchedProgram([:])
        let outcome = try BuiltTool.run(["explain", program.identifier])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let words = outcome.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(words.contains("serves no requests; start it with PAGEHEAP_CONTROL=1"))
        let refused = try BuiltTool.run(["ctl", program.identifier, "release"])
        #expect(refused.code == 66)
        #expect(refused.errors.contains("serves no requests; start it with PAGEHEAP_CONTROL=1"))
    }

    @Test func limitsAreSetAndMemoryIsReleased() throws {
        let program = try WatchedProgram(["PAGEHEAP_CONTROL": "1", "PAGEHEAP_SCAVENGER": "off"])
        #expect(try program.figure("released_forced_bytes_total") == 0)
        let released = try BuiltTool.run(["ctl", "--json", program.identifier, "release"])
        #expect(released.code == 0, "\(released.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(released.output.utf8)) as? [String: Any]
        #expect((object?["returnedBytes"] as? Int ?? 0) >= 24 << 20, "\(released.output)")
        #expect((try program.figure("released_forced_bytes_total") ?? 0) >= 24 << 20)
        #expect(try BuiltTool.run(["ctl", program.identifier, "limit", "512M"]).output == "the limit is 512 MiB\n")
        #expect(try program.figure("memory_limit_bytes") == 512 << 20)
        #expect(try BuiltTool.run(["ctl", program.identifier, "hard-limit", "1GiB"]).code == 0)
        #expect(try program.figure("hard_limit_bytes") == 1 << 30)
        let low = try BuiltTool.run(["ctl", program.identifier, "hard-limit", "1M"]).output
        #expect(
            low.hasPrefix("the hard limit is 1.00 MiB; ") && low.contains(" MiB are in use, so allocations"), "\(low)")
        let json = try BuiltTool.run(["ctl", "--json", program.identifier, "hard-limit", "1GiB"]).output
        #expect(json.contains("\"limitBytes\" : 1073741824"), "\(json)")
        // What is captured would be a file, too.
        let script = "(ulimit -f 0; \"$0\" ctl \"$1\" release 2>&1; echo \"code $?\") | cat"
        let limited = try BuiltTool(["-c", script, BuiltTool.path, program.identifier], program: "/bin/sh").outcome()
        #expect(limited.output.contains("'ulimit -f' forbids it"), "\(limited)")
        #expect(limited.output.hasSuffix("code 74\n"), "\(limited)")
        let none = try BuiltTool.run(["ctl", program.identifier, "hard-limit", "none"])
        #expect(none.output == "the hard limit is none\n")
        #expect(try BuiltTool.run(["ctl", program.identifier, "trace", "text"]).code == 0)
        #expect(try BuiltTool.run(["ctl", program.identifier, "release"]).code == 0)
        #expect(program.folder.text(of: "errors").contains("scav "))
    }

    @Test(arguments: [">&-", "2>&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-"])
    func closedStreamsAreNotMistakenForFiles(streams: String) throws {
        let program = try WatchedProgram()
        let script = "exec \"$0\" ctl \"$1\" limit 512M \(streams)"
        let outcome = try BuiltTool(["-c", script, BuiltTool.path, program.identifier], program: "/bin/sh").outcome()
        #expect(outcome.code == (streams.contains(" >&-") || streams.hasPrefix(">&-") ? 74 : 0), "\(outcome)")
        #expect(try program.figure("memory_limit_bytes") == 512 << 20)
        let folder = try TemporaryFolder()
        let run = "exec \"$0\" run --json \"$1\" -- sh -c 'echo x; echo y >&2' \(streams)"
        _ = try BuiltTool(["-c", run, BuiltTool.path, folder.file("x.json")], program: "/bin/sh").outcome()
        let saved = Data(folder.text(of: "x.json").utf8)
        #expect(throws: Never.self) { try JSONDecoder().decode(RunResult.self, from: saved) }
    }

    @Test func aFolderThatCannotBeWrittenIsNamed() throws {
        let folder = try TemporaryFolder()
        let missing = try WatchedProgram([
            "PAGEHEAP_CONTROL": "1", "PAGEHEAP_PROFILE_DIRECTORY": folder.file("none"), "PAGEHEAP_SAMPLE_BYTES": "16K",
        ])
        let outcome = try BuiltTool.run(["ctl", missing.identifier, "profile", folder.file("x.folded")])
        #expect(outcome.code == 69)
        #expect(
            outcome.errors.contains("there is no folder '\(folder.file("none"))'; create it before the process starts"),
            "\(outcome.errors)")
        let file = try WatchedProgram([
            "PAGEHEAP_STATISTICS_DIRECTORY": try folder.write("", to: "file")
        ])
        let stats = try BuiltTool.run(["stats", file.identifier])
        #expect(stats.code == 66 && stats.errors.contains("is not a folder; name one in PAGEHEAP_STATISTICS_DIRECTORY"))
    }

    @Test func aStoppedProcessDoesNotAnswerAndNothingChanges() throws {
        let program = try WatchedProgram()
        kill(program.process.processIdentifier, SIGSTOP)
        let outcome = try BuiltTool.run(["ctl", "--wait", "0.3", program.identifier, "limit", "600M"])
        #expect(outcome.code == 69)
        #expect(outcome.errors.contains("it is stopped; the request was taken back"), "\(outcome.errors)")
        kill(program.process.processIdentifier, SIGCONT)
        // A later request is served, and the earlier one is not.
        #expect(try BuiltTool.run(["ctl", program.identifier, "release"]).code == 0)
        #expect(try program.figure("memory_limit_bytes") != 600 << 20)
    }

    /// A server that shows what it does in its title has no environment that could be read.
    @Test func aFolderThatCannotBeKnownIsNotSaidToBeUnset() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["60"]
        process.environment = [:]
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        #expect(eventually { ProcessIdentity(of: process.processIdentifier) != nil })
        #expect(throws: ProcessFolder.Overwritten.self) {
            _ = try ProcessFolder("PAGEHEAP_PROFILE_DIRECTORY", of: process.processIdentifier)
        }
        let refused = try BuiltTool.run(["ctl", "--folder", "/tmp", "1", "release"])
        #expect(refused.code == 64 && refused.errors.contains("--folder"))
    }

    /// A process that its parent, this one, has not waited for.
    @Test func aProcessThatHasEndedIsSaidToHave() throws {
        var child: pid_t = 0
        let pointers: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(pointers[0]) }
        try #require(posix_spawn(&child, "/bin/true", nil, nil, pointers, nil) == 0)
        defer { waitpid(child, nil, 0) }
        #expect(eventually { ProcessIdentity(of: child) == nil })
        for arguments in [["stats", "\(child)"], ["ctl", "\(child)", "release"]] {
            let outcome = try BuiltTool.run(arguments)
            #expect(
                outcome.code == 66 && outcome.errors.contains("has ended, and waits for its parent"),
                "\(outcome.errors)")
        }
    }

    @Test func aProcessThatEndsMeanwhileIsNamed() throws {
        let program = try WatchedProgram()
        kill(program.process.processIdentifier, SIGSTOP)
        let tool = try BuiltTool(["ctl", "--wait", "60", program.identifier, "release"])
        usleep(200_000)
        kill(program.process.processIdentifier, SIGKILL)
        let outcome = tool.outcome()
        #expect(outcome.code == 66)
        #expect(outcome.errors.contains("before it answered") || outcome.errors.contains("no process"))
    }

    @Test(
        arguments: [
            (["0", "release"], 64), (["1", "shrink"], 64), (["1", "limit"], 64), (["1", "limit", "0"], 64),
            (["1", "limit", "many"], 64), (["1", "trace", "2"], 64), (["1", "release", "x"], 64),
            (["--wait", "-1", "1", "release"], 64), (["2147483647", "release"], 66),
        ] as [([String], Int32)])
    func badRequestsAreRefusedInOneLine(arguments: [String], code: Int32) throws {
        let outcome = try BuiltTool.run(["ctl"] + arguments)
        #expect(outcome.code == code)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
}
