import CPageHeapReplay
import Foundation
import PageHeapReplay
import PageHeapSimulation
import PageHeapTrace
import TestSupport
import Testing

@testable import PageHeapTool

struct ReplayTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Blocks of 10,000 bytes, 32 MiB together, all but one freed in the end.
    private func spike() throws -> String {
        let blocks = 3200
        var text = "0\n\(blocks)\n\(2 * blocks)\n1\n"
        for block in 0..<blocks { text += "a \(block) 10000\n" }
        for block in 1..<blocks { text += "f \(block)\n" }
        return try folder.write(text, to: "spike.rep")
    }

    private func rows(_ output: String) -> [[Substring]] {
        output.split(separator: "\n").map { $0.split(separator: " ") }
    }

    @Test func policiesAreShownBesideEachOther() throws {
        let outcome = try BuiltTool.run(["replay", "--policy", "PAGEHEAP_SCAVENGER=off", try spike()])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("6,399 events of one thread"))
        let lines = rows(outcome.output)
        let standard = try #require(lines.first { $0.first == "default" })
        let off = try #require(lines.first { $0.first == "SCAVENGER=off" })
        // Columns: policy, peak, mean, end, idle.
        #expect(standard[1] == off[1])
        #expect(Double(standard[4]).map { $0 < 5 } == true)
        #expect(Double(off[4]).map { $0 > 30 } == true)
        #expect(outcome.output.contains("The trace has no times"))
        #expect(outcome.output.contains("resident beyond that"))
    }

    @Test func theSameTraceGivesTheSameBytes() throws {
        let file = try spike()
        let outcomes = try (0..<2).map { _ in
            try BuiltTool.run(["replay", "--json", "--policy", "PAGEHEAP_RETAIN_PERCENT=0", file])
        }
        #expect(outcomes[0].code == 0)
        #expect(outcomes[0].output == outcomes[1].output)
    }

    @Test func theJSONHasWhatTheDocumentationSays() throws {
        let outcome = try BuiltTool.run(["replay", "--json", "--allocator", "glibc", "--idle", "0.2", try spike()])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let policies = try #require(object["policies"] as? [[String: Any]])
        let allocators = try #require(object["allocators"] as? [[String: Any]])
        let events = try #require(object["events"] as? [String: Any])
        let machine = try #require(object["machine"] as? [String: Any])
        #expect(object["format"] as? String == "malloc lab")
        #expect(events["allocations"] as? Int == 3200)
        let page = try Repository.text(of: "Documentation/replay.md")
        let parts: [[String: Any]] = [object, policies[0], allocators[0], events, machine]
        for key in parts.flatMap(\.keys) { #expect(page.contains("`\(key)`"), "\(key) is not documented") }
        let curve = try #require(policies[0]["curve"] as? [[String: Any]])
        #expect(Set(curve[0].keys) == ["seconds", "residentBytes", "inUseBytes"])
    }

    @Test func curvesAndReportAreWritten() throws {
        let (csv, report) = (folder.file("curve.csv"), folder.file("report.html"))
        let outcome = try BuiltTool.run([
            "replay", "--csv", csv, "-o", report, "--policy", "PAGEHEAP_RETAIN_PERCENT=0,PAGEHEAP_PACER=average",
            try spike(),
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let lines = folder.text(of: "curve.csv").split(separator: "\n")
        #expect(lines.first == "policy,seconds,residentBytes,inUseBytes")
        #expect(lines.contains { $0.hasPrefix("default,") })
        #expect(lines.contains { $0.hasPrefix("\"RETAIN_PERCENT=0,PACER=average\",") })
        let page = folder.text(of: "report.html")
        #expect(page.contains("RETAIN_PERCENT=0,PACER=average"))
        #expect(page.contains("</html>"))
    }

    @Test func aTraceIsPerformedUnderRealAllocators() throws {
        _ = try BuiltTool.requireLibrary()
        let outcome = try BuiltTool.run(["replay", "--allocator", "glibc", "--idle", "3", try spike()])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let lines = rows(outcome.output)
        for name in ["PageHeap", "glibc"] {
            let line = try #require(lines.last { $0.first == Substring(name) })
            // Columns: allocator, peak, end, idle.
            #expect(Double(line[1]).map { $0 > 30 && $0 < 60 } == true, "\(line)")
        }
    }

    @Test func badInputIsSaidInOneLine() throws {
        let good = try spike()
        let cases: [(arguments: [String], code: Int32, part: String)] = [
            (["/no/such"], 66, "'/no/such' cannot be read"), ([folder.path], 66, "is a folder"),
            ([try folder.write("", to: "empty")], 66, "the file is empty"),
            ([try folder.write([0x1f, 0x8b, 8, 0], to: "trace.gz")], 66, "gzip -d"),
            ([try folder.write("hello\n", to: "text")], 66, "no trace that can be replayed"),
            ([try folder.write("1\n1\n1\n1\na 0 1\nq 0\n", to: "bad")], 66, "at byte 14"),
            (["--policy", "RETAIN=0", good], 64, "is not a setting"),
            (["--policy", "PAGEHEAP_RETAIN_PERCENT=200", good], 64, "takes 0 to 100"),
            (["--policy", "PAGEHEAP_SCAVTRACE=1", good], 64, "changes nothing in virtual time; what does is"),
            (["--process", "7", good], 64, "is of one process"),
            (["--allocator", "nomalloc", good], 64, "--allocator: 'nomalloc' is not a known allocator"),
            (["--rate", "0", good], 64, "--rate takes"),
            (["--idle", "-1", good], 64, "--idle takes 0 to 3600 seconds"),
            (["--speed", "fast", good], 64, "--speed takes"), (["--speed", "2", good], 64, "with --allocator"),
            (["--csv", good, good], 64, "--csv would replace '\(good)', which is to be read"), ([], 64, "FILE"),
            (["--csv", "/no/such/folder/x", good], 74, "/no/such/folder/x"),
        ]
        for (arguments, code, part) in cases {
            let outcome = try BuiltTool.run(["replay"] + arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(part), "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(arguments): \(outcome.errors)")
        }
    }

    @Test func aPipeCanBeReadOnce() throws {
        let text = "1\n1\n2\n1\na 0 100\nf 0\n"
        let outcome = try BuiltTool.run(["replay", "/dev/stdin"], input: text)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let twice = try BuiltTool.run(["replay", "--policy", "PAGEHEAP_RETAIN_PERCENT=0", pipe])
        #expect(twice.code == 64)
        #expect(twice.errors.contains("can be read only once"))
    }

    /// A trace without end, through a pipe.
    @Test func aReplayCanBeStopped() throws {
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = ["-c", "{ printf '1\\n1\\n1\\n1\\n'; exec yes 'a 0 100\nf 0'; } > '\(pipe)'"]
        writer.standardError = FileHandle.nullDevice
        try writer.run()
        defer { kill(writer.processIdentifier, SIGKILL) }
        let tool = try BuiltTool(["replay", pipe])
        defer { kill(tool.process.processIdentifier, SIGKILL) }
        // What is said after two seconds: by then it has replayed something.
        #expect(eventually { tool.errorsSoFar.contains("events") })
        kill(tool.process.processIdentifier, SIGINT)
        let outcome = tool.outcome()
        #expect(outcome.code == 128 + SIGINT)
        #expect(outcome.output.contains("The replay was ended by"))
        #expect(outcome.output.contains("events of one thread"))
    }

    @Test func aReplayOfASilentPipeCanBeStopped() throws {
        let pipe = folder.file("silent")
        #expect(mkfifo(pipe, 0o600) == 0)
        let tool = try BuiltTool(["replay", pipe])
        defer { kill(tool.process.processIdentifier, SIGKILL) }
        // It blocks the signal before it opens the pipe, so a writer can open it only once it is safe to stop.
        var descriptor: Int32 = -1
        #expect(
            eventually {
                descriptor = open(pipe, O_WRONLY | O_NONBLOCK)
                return descriptor >= 0
            })
        kill(tool.process.processIdentifier, SIGTERM)
        #expect(tool.outcome().code == 128 + SIGTERM)
        close(descriptor)
    }
}

/// Traces in the format of `pageheap record`.
struct RecordedReplayTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two processes: the second begins an hour after the recording, and holds 8 MiB.
    private func trace() throws -> String {
        let path = folder.file("trace")
        var writer = try TraceWriter(path: path, startedAt: 0)
        let hour: UInt64 = 3_600_000_000_000
        let first = try writer.addProcess(
            identifier: 70, parentIdentifier: 1, forkedFrom: nil, executable: "/bin/first", arguments: [], start: 0)
        let second = try writer.addProcess(
            identifier: 71, parentIdentifier: 70, forkedFrom: nil, executable: "/bin/second", arguments: [],
            start: hour)
        try writer.append(
            AllocationEvent(
                time: 5, thread: 0, action: .allocate(block: 4096, bytes: 100, alignment: 0, isZeroed: false)),
            to: first)
        for block in 0..<UInt64(800) {
            try writer.append(
                AllocationEvent(
                    time: hour + block * 1000, thread: 0,
                    action: .allocate(block: 16384 * (block + 1), bytes: 10_000, alignment: 0, isZeroed: false)),
                to: second)
        }
        try writer.finish()
        return path
    }

    @Test func aProcessOfARecordingIsReplayed() throws {
        let path = try trace()
        let first = try BuiltTool.run(["replay", "--process", "70", path])
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.contains("1 event of one thread"))
        #expect(first.output.contains("#0 (first, PID 70), #1 (second, PID 71)"))
        // The one with the most events.
        let second = try BuiltTool.run(["replay", "--policy", "PAGEHEAP_SCAVENGER=off", path])
        #expect(second.code == 0, "\(second.errors)")
        // Time begins with the process.
        #expect(second.output.contains("800 events of one thread in 0.001 s"))
        let wrong = try BuiltTool.run(["replay", "--process", "72", path])
        #expect(wrong.code == 66)
        #expect(wrong.errors.contains("has no process 72; it has #0 (first, PID 70), #1 (second, PID 71)"))
    }

    @Test func aDamagedRecordingIsSaidToBeOne() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: try trace())))
        let short = try folder.write(Array(bytes[..<100]), to: "short")
        let outcome = try BuiltTool.run(["replay", short])
        #expect(outcome.code == 66)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        let seed = environmentNumber("PAGEHEAP_SEED") ?? 1
        var generator = SeededGenerator(seed: seed)
        for round in 0..<20 {
            var damaged = bytes
            for _ in 0..<4 {
                damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            let file = try folder.write(damaged, to: "damaged")
            let outcome = try BuiltTool.run(["replay", "--process", "71", file])
            #expect([0, 1, 66].contains(outcome.code), "seed \(seed), round \(round): \(outcome.errors)")
        }
    }

    @Test func whatIsSoundOfADamagedRecordingIsReplayedAndTheRestIsSaid() throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: try trace())))
        bytes.removeLast(8)
        let file = try folder.write(bytes, to: "cut")
        let remark = "The trace is damaged from byte"
        for process in ["70", "71"] {
            let shown = try BuiltTool.run(["replay", "--process", process, file])
            #expect(shown.code == 1 && shown.output.contains(remark) && shown.errors.isEmpty, "\(shown)")
            let quiet = try BuiltTool.run(["replay", "--quiet", "--process", process, file])
            #expect(quiet.code == 1 && quiet.output.isEmpty, "\(quiet)")
            #expect(quiet.errors.hasPrefix("pageheap: \(remark)"), "\(quiet)")
        }
    }

    @Test func aFileThatMayNotGrowIsAnErrorAndLeavesNothing() throws {
        let script = "ulimit -f 1; exec \"$0\" replay --quiet --idle 0 -o \"$1\" \"$2\""
        let tool = try BuiltTool(
            ["-c", script, BuiltTool.path, folder.file("x.html"), try trace()], program: "/bin/sh")
        let outcome = tool.outcome()
        #expect(outcome.code == 74 && outcome.errors.contains("File too large"), "\(outcome)")
        #expect(!folder.names.contains { $0.hasPrefix(".x") || $0.hasPrefix("x") }, "\(folder.names)")
    }

    @Test func anErrorOfNoPlaceNamesNone() throws {
        let outcome = try BuiltTool.run(["replay", "/dev/null"])
        #expect(outcome.code == 66 && outcome.errors == "pageheap: '/dev/null' cannot be replayed: the file is empty\n")
    }

    @Test func aReplayForRealThatIsTooSlowSaysSo() throws {
        struct NoEvents: AllocationEventSource {
            func next() -> AllocationEvent? { nil }
        }
        var none = NoEvents()
        var policy = try PolicyReplay(.standard).run(&none)
        policy.seconds = 10
        let allocators = [(1.2, "fast"), (2.5, "slow")].map { seconds, name in
            var result = pageheap_replay_result()
            result.wall_nanoseconds = UInt64(seconds * 1e9)
            return AllocatorReplay(
                ComparedAllocator(name: name, library: nil, isPageHeap: false), EventCounts(), result, idleSeconds: 0)
        }
        func notes(_ speed: Double) -> [String] {
            ReplayResult(
                file: "f", format: "rep", eventsPerSecond: nil, processes: [], traceNotes: [], speed: speed,
                policies: [policy], allocators: allocators, stoppedBy: nil
            ).notes
        }
        #expect(notes(0) == [] && notes(4) == [])
        #expect(notes(8) == ["Under slow the events took 2.50 s, and not 1.25 s: it could not keep up with --speed 8."])
    }
}
