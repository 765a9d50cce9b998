import Foundation
import PageHeapTrace
import TestSupport
import Testing

@testable import PageHeapTool

/// `pageheap trace` on traces that the tests write.
struct TraceCommandTests {
    let folder: TemporaryFolder
    private var trace: String { folder.file("made.trace") }

    init() throws {
        folder = try TemporaryFolder()
        var writer = try TraceWriter(path: trace, startedAt: 1_700_000_000_000_000_000)
        let first = try writer.addProcess(identifier: 40, executable: "/bin/first", arguments: ["first", "one"])
        let second = try writer.addProcess(
            identifier: 41, parentIdentifier: 40, forkedFrom: 0, executable: "/bin/first")
        for event in Self.events { try writer.append(event, to: first) }
        try writer.append(AllocationEvent(time: 9, thread: 0, action: .free(block: 0x10)), to: second)
        try writer.finish()
    }

    private static let events = [
        AllocationEvent(
            time: 1000, thread: 0, action: .allocate(block: 0x10, bytes: 100, alignment: 0, isZeroed: false)),
        AllocationEvent(time: 2000, thread: 1, action: .allocate(block: 0x80, bytes: 50, alignment: 0, isZeroed: true)),
        AllocationEvent(
            time: 3000, thread: 0, action: .allocate(block: 0x100, bytes: 64, alignment: 64, isZeroed: false)),
        AllocationEvent(time: 4000, thread: 1, action: .reallocate(block: 0x80, to: 0x200, bytes: 5000)),
        AllocationEvent(time: 2_000_005_000, thread: 1, action: .free(block: 0x10)),
        AllocationEvent(time: 2_000_006_000, thread: 1, action: .endThread),
    ]

    @Test func theEventsArePrintedOneALine() throws {
        let outcome = try BuiltTool.run(["trace", "--text", "--process", "0", trace])
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(
            outcome.output == """
                0.000001000 0 0 malloc 0x10 100
                0.000002000 0 1 calloc 0x80 50
                0.000003000 0 0 memalign 0x100 64 64
                0.000004000 0 1 realloc 0x80 0x200 5000
                2.000005000 0 1 free 0x10
                2.000006000 0 1 end

                """)
    }

    @Test func theJSONHasAllFigures() throws {
        let outcome = try BuiltTool.run(["trace", "--json", trace])
        #expect(outcome.code == 0)
        let saved = try JSONDecoder().decode(SavedTraceSummary.self, from: Data(outcome.output.utf8))
        #expect(saved.events == 7 && saved.processes.count == 2 && saved.losses.isComplete)
        #expect(saved.startedAt == "2023-11-14T22:13:20Z")
        let first = saved.processes[0]
        #expect(first.executable == "/bin/first" && first.arguments == ["first", "one"] && first.threads == 2)
        #expect(first.allocations == 3 && first.zeroedAllocations == 1 && first.alignedAllocations == 1)
        #expect(first.reallocations == 1 && first.frees == 1 && first.unknownFrees == 0)
        #expect(first.allocatedBytes == 5214 && first.peakLiveBytes == 5164 && first.liveBytes == 5064)
        #expect(first.liveBlocks == 2 && abs(first.peakSeconds - 4e-6) < 1e-12)
        #expect(first.sizes.map(\.upTo) == [64, 128, 8192] && first.sizes.map(\.count) == [2, 1, 1])
        #expect(first.lifetimesNanoseconds.map(\.count) == [1])
        #expect(saved.processes[1].forkedFrom == 0 && saved.processes[1].unknownFrees == 1)
    }

    @Test func theSummaryNamesProcessesAndFigures() throws {
        let outcome = try BuiltTool.run(["trace", trace])
        #expect(outcome.code == 0)
        for text in [
            "7 events of 2 processes", "process 0: first (40)", "process 1: first (41), forked from process 0",
            "5.04 KiB", "1 zeroed, 1 aligned", "1 of unknown blocks",
        ] { #expect(outcome.output.contains(text), "\(outcome.output)") }
    }

    @Test func ofManyProcessesTheLargestAreShown() throws {
        let path = folder.file("many.trace")
        var writer = try TraceWriter(path: path, startedAt: 0)
        for number in 0..<13 {
            let process = try writer.addProcess(identifier: UInt32(100 + number), executable: "/bin/many")
            // The first three have the fewest events, and are not shown.
            for time in 0..<UInt64(number < 3 ? number + 1 : 20 - number) {
                try writer.append(AllocationEvent(time: time, thread: 0, action: .free(block: 0x10)), to: process)
            }
        }
        try writer.finish()
        func shown(_ options: [String]) throws -> [Int] {
            let outcome = try BuiltTool.run(["trace"] + options + [path])
            #expect(outcome.code == 0)
            #expect(outcome.output.contains("3 more processes have 6 events; --all shows all") == options.isEmpty)
            return outcome.output.matches(of: /process (\d+): many/).compactMap { Int($0.output.1) }
        }
        #expect(try shown([]) == Array(3..<13))
        #expect(try shown(["--all"]) == Array(0..<13))
        #expect(try shown(["--process", "1"]) == [1])
        let outcome = try BuiltTool.run(["trace", "--json", path])
        let saved = try JSONDecoder().decode(SavedTraceSummary.self, from: Data(outcome.output.utf8))
        #expect(saved.processes.map(\.number) == Array(0..<13))
    }

    @Test func aDamagedTraceIsShownAsFarAsItIsSound() throws {
        var bytes = try #require(FileManager.default.contents(atPath: trace))
        // The last bytes are the payload of the second process's only block.
        bytes.removeLast(64)
        let damaged = try folder.write(Array(bytes), to: "damaged.trace")
        let outcome = try BuiltTool.run(["trace", damaged])
        #expect(outcome.code == 1)
        #expect(outcome.output.contains("The trace is damaged from byte \(bytes.count) on"), "\(outcome.output)")
        let events = try BuiltTool.run(["trace", "--text", "--process", "0", damaged])
        #expect(events.code == 1 && events.output.hasSuffix("2.000006000 0 1 end\n"))
        #expect(events.errors.hasPrefix("pageheap: The trace is damaged"))
    }

    @Test func whatIsNoTraceIsRefusedInOneLine() throws {
        func refusal(_ arguments: [String]) throws -> String {
            let outcome = try BuiltTool.run(["trace"] + arguments)
            #expect(outcome.code == 66 && outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count == 1)
            return outcome.errors
        }
        #expect(try refusal([folder.file("none")]).contains("No such file"))
        #expect(try refusal([folder.path]) == "pageheap: '\(folder.path)': this is not a file; a trace has to be one\n")
        #expect(
            try refusal([try folder.write("text\n", to: "text")]).contains("not a trace that 'pageheap record' wrote"))
        #expect(try refusal(["--process", "7", trace]).contains("has no process 7"))
    }

    @Test func aProcessIsNamedByItsIdentifierToo() throws {
        let byNumber = try BuiltTool.run(["trace", "--text", "--process", "1", trace])
        let byIdentifier = try BuiltTool.run(["trace", "--text", "--process", "41", trace])
        #expect(byNumber.code == 0 && !byNumber.output.isEmpty)
        #expect(byNumber.output == byIdentifier.output)
        #expect(try BuiltTool.run(["trace", "--text", "--process", "#1", trace]).output == byNumber.output)
        let identifier = try BuiltTool.run(["trace", "--process", "#41", trace])
        #expect(identifier.code == 66 && identifier.errors.contains("it has #0 (first, PID 40), #1 (first, PID 41)"))
        #expect(try BuiltTool.run(["trace", "--process", "#", trace]).code == 64)
    }

    @Test func theTwoFormatsExcludeEachOther() throws {
        #expect(try BuiltTool.run(["trace", "--json", "--text", trace]).code == 64)
    }

    @Test func aTallySurvivesWhatOnlyDamageExplains() {
        var tally = TraceTally()
        for time in [5, 3, .max] as [UInt64] {
            for bytes in [UInt64.max, 1] {
                tally.add(
                    AllocationEvent(
                        time: time, thread: 0, action: .allocate(block: 8, bytes: bytes, alignment: 0, isZeroed: false))
                )
            }
            tally.add(AllocationEvent(time: 0, thread: 0, action: .free(block: 8)))
            tally.add(AllocationEvent(time: 0, thread: 0, action: .free(block: 8)))
            tally.add(AllocationEvent(time: time, thread: 0, action: .reallocate(block: 9, to: 9, bytes: .max)))
        }
        #expect(tally.unknownFrees == 3 && tally.liveBlocks == 1)
    }

    @Test func sizesAreCountedByPowersOfTwo() {
        var histogram = SizeHistogram()
        for number in [0, 1, 2, 3, 4, 5, 1 << 63, .max] as [UInt64] { histogram.add(number) }
        #expect(histogram.rows.map(\.bound) == [1, 2, 4, 8, 1 << 63, .max])
        #expect(histogram.rows.map(\.count) == [2, 1, 2, 1, 1, 1])
        #expect(histogram.bound(of: 0.5) == 4 && histogram.bound(of: 1) == .max && SizeHistogram().bound(of: 0.5) == 0)
    }
}
