import Foundation
import PageHeapCore
import PageHeapSimulation
import Testing

/// The lines of the scavenger's trace.
struct TraceLineTests {
    private static func text(_ line: MessageLine) -> String {
        var line = line
        var text = ""
        line.withText { text = String(decoding: $0, as: UTF8.self) }
        return text
    }

    private static func ledger() -> HeapLedger {
        var ledger = HeapLedger()
        ledger.system = ByteCount(1 << 30)
        ledger.released = ByteCount(118_784 << 10)
        ledger.inUse = ByteCount(870 << 20)
        return ledger
    }

    @Test func theLineHasTheDocumentedForm() {
        let line = TraceLine.text(
            generation: 41, worked: ByteCount(2304 << 10 + 1023), ledger: Self.ledger(), isForced: false,
            wasReset: false)
        #expect(Self.text(line) == "scav 41 2304 KiB work, 118784 KiB total, 95% util")
    }

    @Test func aControllerResetIsMarked() {
        let line = TraceLine.text(generation: 0, worked: 0, ledger: HeapLedger(), isForced: false, wasReset: true)
        #expect(Self.text(line) == "scav 0 0 KiB work, 0 KiB total, 0% util [controller reset]")
    }

    @Test func aForcedReleaseIsMarked() {
        let line = TraceLine.text(
            generation: 7, worked: 8192, ledger: Self.ledger(), isForced: true, wasReset: false)
        #expect(Self.text(line) == "scav 7 8 KiB work, 118784 KiB total, 95% util (forced)")
    }

    @Test func jsonIsCompleteWithTheLargestFigures() throws {
        var ledger = HeapLedger()
        let largest = ByteCount(UInt.max - 1)
        ledger.system = largest
        ledger.inUse = largest
        ledger.cached = largest
        ledger.releasedInBackgroundTotal = largest
        ledger.releasedAtGrowthTotal = largest
        ledger.releasedForLimitTotal = largest
        ledger.releasedForcedTotal = largest
        ledger.releasedInSpansTotal = largest
        ledger.releaseCalls = .max - 1
        ledger.releaseFailures = .max - 1
        let test = TestMalloc()
        var figures = test.malloc.heap.figures()
        figures.ledger = ledger
        figures.goal = largest
        figures.limitGoal = largest
        figures.metadata = largest
        figures.workerNanoseconds = .max - 1
        figures.workerRecentNanoseconds = .max - 1
        figures.controllerResets = .max - 1
        let line = TraceLine.json(
            generation: .max, worked: largest, figures: figures, isForced: true, wasReset: true, time: .max)
        let object = try JSONSerialization.jsonObject(with: Data(Self.text(line).utf8))
        let fields = try #require(object as? [String: Any])
        #expect(fields.count == 24)
        #expect(fields["goal"] as? UInt == UInt.max - 1)
        #expect(fields["controllerReset"] as? Bool == true)
    }

    @Test func jsonHasNullForAMissingGoal() throws {
        let test = TestMalloc()
        let line = TraceLine.json(
            generation: 3, worked: 4096, figures: test.malloc.heap.figures(), isForced: false, wasReset: false, time: 5)
        let text = Self.text(line)
        #expect(
            text.hasPrefix("{\"scav\": 3, \"forced\": false, \"controllerReset\": false, \"time\": 5, \"work\": 4096, ")
        )
        #expect(text.contains("\"goal\": null, \"limitGoal\": null, "))
    }
}
