import Foundation
import TestSupport
import Testing

/// The built command with the built malloc library, on scripts.
struct CompareProgramTests {
    let folder: TemporaryFolder
    /// PageHeap's library under another name, as another allocator.
    let other: String

    init() throws {
        folder = try TemporaryFolder()
        other = folder.file("libother.so")
        try FileManager.default.copyItem(atPath: BuiltTool.requireLibrary(), toPath: other)
    }

    @Test func aComparisonWritesATableAndFilesAndAlternatesTheOrder() throws {
        let log = folder.file("log")
        let outcome = try compare(
            ["--runs", "2", "--report", folder.file("r.html"), "--svg", folder.file("r.svg"), "--json", json],
            "echo \"$LD_PRELOAD\" >> '\(log)'; echo out; echo err >&2")
        #expect(outcome.code == 0)
        #expect(outcome.output.hasPrefix("median of 2 "))
        #expect(outcome.output.contains("\nlibother.so "))
        #expect(!outcome.output.contains("out\n"))
        #expect(!outcome.errors.contains("err\n"))
        #expect(outcome.errors.contains("pageheap: run 6 of 6, PageHeap: "))
        let preloaded = try String(contentsOfFile: log, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).dropLast().map { $0.split(separator: "/").last ?? "" }
        #expect(
            preloaded == ["libpageheapmalloc.so", "", "libother.so", "", "libother.so", "libpageheapmalloc.so"])
        #expect(folder.names == ["libother.so", "log", "r.html", "r.json", "r.svg"])
        let root = try figures()
        let allocators = try #require(root["allocators"] as? [[String: Any]])
        #expect(allocators.map { $0["name"] as? String } == ["PageHeap", "glibc", "libother.so"])
        #expect(allocators.allSatisfy { ($0["runs"] as? [Any])?.count == 2 })
        #expect(root["reference"] as? String == "glibc")
    }

    @Test func aFailureUnderOneAllocatorIsReportedAndStopsNothing() throws {
        let outcome = try compare(
            ["--runs", "2", "--json", json], "case \"$LD_PRELOAD\" in *libother*) kill -SEGV $$;; esac")
        #expect(outcome.code == 1)
        let text = outcome.output.replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains("Under libother.so the program was killed by signal 11 (SIGSEGV) in 2 of 2 runs"))
        #expect(try figures()["endingsAgree"] as? Bool == false)
    }

    @Test func theSameFailureUnderAllIsNoDifference() throws {
        let outcome = try compare(["--runs", "1"], "exit 3")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("The program exited with 3 under every allocator."))
    }

    @Test func outputIsShownOnRequest() throws {
        let outcome = try compare(["--runs", "1", "--show-output", "--quiet"], "echo out; echo err >&2")
        #expect(outcome.output == "out\nout\nout\n")
        #expect(outcome.errors == "err\nerr\nerr\n")
    }

    @Test func aFileIsReadAgainInEachRun() throws {
        let copy = folder.file("copy")
        let outcome = try compare(["--runs", "2", "--quiet"], "cat >> '\(copy)'", input: "line\n")
        #expect(outcome.code == 0)
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == String(repeating: "line\n", count: 6))
    }

    @Test func aPipeIsNotRead() throws {
        let copy = folder.file("copy")
        let inner = "'\(BuiltTool.path)' compare --with glibc --runs 1 --quiet -- sh -c 'cat >> \(copy)'"
        #expect(try BuiltTool.run(["run", "--quiet", "--", "sh", "-c", "echo line | \(inner)"]).code == 0)
        #expect(try String(contentsOfFile: copy, encoding: .utf8).isEmpty)
    }

    @Test func processesLeftBehindAreEnded() throws {
        let list = folder.file("list")
        #expect(try compare(["--runs", "1", "--quiet"], "sleep 600 & echo $! >> '\(list)'").code == 0)
        let processes = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").compactMap {
            Int32($0)
        }
        #expect(processes.count == 3)
        #expect(processes.allSatisfy { kill($0, 0) != 0 })
    }

    @Test func aSignalEndsTheComparisonAndItsResultsAreWritten() throws {
        let (first, second) = (folder.file("first"), folder.file("second"))
        let script = "if [ -e '\(first)' ]; then echo > '\(second)'; sleep 600; else echo > '\(first)'; fi"
        let tool = try BuiltTool(["compare", "--with", "glibc", "--json", json, "--", "sh", "-c", script])
        #expect(eventually { FileManager.default.fileExists(atPath: second) })
        kill(tool.process.processIdentifier, SIGTERM)
        if !eventually({ !tool.process.isRunning }) { tool.process.terminate() }
        let outcome = tool.outcome()
        #expect(outcome.code == 143)
        #expect(outcome.output.contains("Not all 3 rounds were run (0 or 1 under each allocator): ended by SIGTERM."))
        #expect(outcome.output.hasPrefix("one run "))
        let allocators = try #require(try figures()["allocators"] as? [[String: Any]])
        #expect(allocators.map { ($0["runs"] as? [Any])?.count } == [1, 0])
    }

    @Test func aFullDiskIsReported() throws {
        let outcome = try compare(["--runs", "1", "--json", "/dev/full"], "exit 0")
        #expect(outcome.code == 74)
        #expect(outcome.errors.contains("No space left"))
        #expect(outcome.output.contains("PageHeap"))
    }

    @Test(arguments: [
        (["--with", "nonsense"], 64, "is not a known allocator"), (["--runs", "0"], 64, "1 to 1000"),
        (["--with", "/no/such.so"], 66, "'/no/such.so' was not found"),
        (["--with", "/etc/passwd"], 66, "is not a shared library"),
        (["--json", "/no/such/folder/x"], 74, "cannot write the JSON file"), (["--nonsense"], 64, "unknown option"),
        (["--library", "/no/such"], 66, "'/no/such' was not found"),
    ])
    func wrongUsageRunsNothing(options: [String], code: Int32, part: String) throws {
        let outcome = try BuiltTool.run(["compare"] + options + ["--", "touch", folder.file("marker")])
        #expect(outcome.code == code)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("pageheap: "))
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(folder.names == ["libother.so"])
    }

    @Test func aDamagedLibraryIsNotMeasured() throws {
        let stump = try folder.write(ELFImage.make(shared: true), to: "libstump.so")
        let outcome = try BuiltTool.run(["compare", "--with", stump, "--", "touch", folder.file("marker")])
        #expect(outcome.code == 66)
        #expect(
            outcome.errors == "pageheap: --with: '\(stump)' cannot be preloaded: the system's loader rejects it\n")
        #expect(!folder.names.contains("marker"))
    }

    @Test func programsThatCannotRunAreReported() throws {
        #expect(try BuiltTool.run(["compare", "--", "no-such-program-anywhere"]).code == 127)
        #expect(try BuiltTool.run(["compare", "--", "/tmp"]).code == 126)
        #expect(try BuiltTool.run(["compare", "--help"]).output.contains("THE LAST DROP"))
    }

    private var json: String { folder.file("r.json") }

    /// Compares PageHeap, the system's malloc, and the other library.
    private func compare(_ options: [String], _ script: String, input: String = "") throws -> BuiltTool.Outcome {
        try BuiltTool.run(
            ["compare", "--with", "glibc,\(other)"] + options + ["--", "sh", "-c", script], input: input)
    }

    private func figures() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: json))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}
