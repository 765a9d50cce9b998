import Foundation
import PageHeapCore
import PageHeapFigures
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
        let test = TestMalloc()
        var figures = test.malloc.heap.figures()
        figures.ledger = ledger
        for figure in Figure.all { figures.values[keyPath: figure.field] = .max - 1 }
        let line = TraceLine.json(
            generation: .max, worked: largest, figures: figures, isForced: true, wasReset: true, time: .max)
        let object = try JSONSerialization.jsonObject(with: Data(Self.text(line).utf8))
        let fields = try #require(object as? [String: Any])
        #expect(fields.count == 25)
        #expect(fields["goal"] as? UInt == UInt.max - 1)
        #expect(fields["controllerReset"] as? Bool == true)
    }

    @Test func everyFigureOfTheTraceHasItsKeyAndValue() throws {
        let test = TestMalloc()
        var figures = test.malloc.heap.figures()
        for (index, figure) in Figure.all.enumerated() { figures.values[keyPath: figure.field] = UInt64(1000 + index) }
        let line = TraceLine.json(
            generation: 3, worked: 4096, figures: figures, isForced: false, wasReset: false, time: 5)
        let object = try JSONSerialization.jsonObject(with: Data(Self.text(line).utf8))
        var fields = try #require(object as? [String: Any])
        for figure in Figure.all {
            guard let key = figure.traceKey else { continue }
            let value = fields.removeValue(forKey: key) as? UInt64
            #expect(value == figures.values[keyPath: figure.field], "\(figure.name)")
        }
        // What is left tells of the generation, and what is added up.
        #expect(Set(fields.keys) == ["scav", "forced", "controllerReset", "time", "work", "retained"])
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
