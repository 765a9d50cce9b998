import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct DiffTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func saved(_ result: RunResult, as name: String) throws -> String {
        try folder.write(String(decoding: try result.json(), as: UTF8.self), to: name)
    }

    @Test func twoRunsAreShownBesideEachOther() throws {
        var second = RunResult.make(command: ["other"], samples: [.make(0, 50), .make(9, 10)])
        second.wallSeconds = 5
        second.settings = ["PAGEHEAP_RETAIN_PERCENT=20"]
        second.notes = ["A note."]
        let first = RunResult.make(samples: [.make(0, 100), .make(9, 30)])
        let files = (try saved(first, as: "a.json"), try saved(second, as: "b.json"))
        let outcome = try BuiltTool.run(["diff", files.0, files.1])
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.contains { $0.starts(with: ["peak", "resident", "100", "MiB", "50.0", "MiB", "0.50"]) })
        #expect(lines.contains { $0.starts(with: ["wall", "time", "10.0", "s", "5.00", "s", "0.50"]) })
        #expect(outcome.output.contains("The two runs are of different commands."))
        #expect(outcome.output.contains("Second run: A note."))
        #expect(outcome.output.contains("Settings of the first run: none; of the second: PAGEHEAP_RETAIN_PERCENT=20."))

        let json = try BuiltTool.run(["diff", "--json", files.0, files.1])
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let figures = try #require(object?["figures"] as? [[String: Any]])
        #expect(figures.count == RunDiff(first: first, second: second, names: ("", "")).rows.count)
        #expect(figures.allSatisfy { Set($0.keys) == ["name", "unit", "first", "second", "ratio"] })
    }

    @Test func whatWasNotSeenHasNoRatio() {
        let diff = RunDiff(
            first: .make(samples: [], published: false), second: .make(samples: [.make(0, 50)]), names: ("a", "b"))
        let peak = diff.rows.first { $0.name == "peak resident" }
        #expect(peak?.first == nil)
        #expect(peak?.ratio == nil)
        #expect(diff.rows.first { $0.name == "in use at the end" }?.first == nil)
    }

    @Test func filesThatAreNoRunsAreNamedInOneLine() throws {
        let good = try RunResult.make(samples: [.make(0, 50)]).json()
        let text = String(decoding: good, as: UTF8.self)
        let files: [(String, String)] = [
            ("", "it is cut short, at byte 0"), ("{}", "has no 'pageheapVersion'"),
            ("[1, 2", "it is cut short, at byte 5"),
            (String(text.prefix(text.count / 2)), "it is cut short, at byte \(text.count / 2)"),
            (
                text.replacing("\"wallSeconds\" : 10", with: "\"wallSeconds\" : \"x\""),
                "'wallSeconds' is of another type"
            ),
            (text.replacing("\"wallSeconds\" : 10", with: "\"wallSeconds\" : 1e999"), "out of range"),
        ]
        for (index, file) in files.enumerated() {
            let path = try folder.write(file.0, to: "\(index)")
            let outcome = try BuiltTool.run(["diff", path, path])
            #expect(outcome.code == 66, "\(index): \(outcome.errors)")
            #expect(outcome.errors.contains(file.1), "\(index): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        }
        let comparison = try folder.write(
            String(decoding: try CompareResult.make([("PageHeap", [.make()])]).json(), as: UTF8.self), to: "comparison")
        #expect(
            try BuiltTool.run(["diff", comparison, comparison]).errors.contains(
                "it is what 'pageheap compare --json' writes"))
        #expect(try BuiltTool.run(["diff", "/dev/zero", "/dev/zero"]).errors.contains("it is not JSON, at byte 0"))
        #expect(try BuiltTool.run(["diff", "/no/such", "/no/such"]).errors.contains("'/no/such' cannot be read"))
        #expect(try BuiltTool.run(["diff", "/no/such"]).code == 64)
    }

    /// Every document that the tool writes, as it writes it.
    @Test func documentsOfOtherKindsAreNamed() throws {
        let program = try WatchedProgram()
        let process = program.identifier
        let run = try saved(RunResult.make(samples: [.make(0, 50)]), as: "run")
        let trace = folder.file("trace")
        #expect(try BuiltTool.run(["record", "--quiet", "-o", trace, "--", "ls", "/"]).code == 0)
        for kind in SavedKind.allCases {
            let arguments: [String]? =
                switch kind {
                case .run: nil
                case .comparison:
                    ["compare", "--quiet", "--with", "glibc", "--runs", "1", "--json", "FILE", "--", "true"]
                case .difference: ["diff", "--json", run, run]
                case .map: ["map", "--json", "FILE", process]
                case .replay: ["replay", "--quiet", "--json", trace]
                case .account: ["explain", "--json", process]
                case .statistics: ["stats", "--json", process]
                case .trace: ["trace", "--json", trace]
                case .request: ["ctl", "--json", process, "release"]
                case .findings: ["doctor", "--json"]
                }
            guard let arguments else { continue }
            let file = folder.file("\(kind)")
            let outcome = try BuiltTool.run(arguments.map { $0 == "FILE" ? file : $0 })
            if !arguments.contains("FILE") { try folder.write(outcome.output, to: "\(kind)") }
            let diff = try BuiltTool.run(["diff", run, file])
            #expect(diff.code == 66, "\(outcome)")
            #expect(diff.errors.contains("it is what '\(kind.rawValue)' writes"), "\(outcome): \(diff.errors)")
        }
        #expect(try BuiltTool.run(["map", run]).errors.contains("it is what 'pageheap run --json' writes"))
    }

    /// Damages of a saved run: each is refused or read, and none ends the command otherwise.
    @Test func damagedRunsDoNotCrash() throws {
        let good = Array(try RunResult.make(samples: [.make(0, 50, inUse: 3, goal: 9), .make(1, 10)]).json())
        let seed = environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))
        print("damagedRunsDoNotCrash: seed \(seed)")
        var state = seed
        for _ in 0..<300 {
            var bytes = good
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            let path = FilePath(folder.file("damaged"))
            try Data(bytes).write(to: URL(fileURLWithPath: path.string))
            guard let result = try? SavedRun.read(path) else { continue }
            let diff = RunDiff(first: result, second: result, names: ("a", "b"))
            let style = TerminalStyle(width: 80, hasColour: false, hasUnicode: false)
            #expect(!DiffTable(diff: diff, style: style).text().isEmpty)
        }
    }
}
