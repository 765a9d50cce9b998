import PageHeapFigures
import Testing

@testable import PageHeapTool

struct FleetTextTests {
    private static func snapshot(_ count: Int) -> FleetSnapshot {
        var snapshot = FleetSnapshot()
        for process in 0..<count {
            var figures = HeapFigures()
            for (index, figure) in Figure.all.enumerated() { figures[figure.field] = UInt64(1_000_000_000 + index) }
            figures[\.memory_limit_bytes] = .max
            let labels = ProcessLabels(
                process: Int32(process + 1), name: Array("a\"\u{301} \\\r\n}".utf8) + [0xff], group: ControlGroup(),
                user: "u")
            snapshot.readings.append(
                FleetSnapshot.Reading(
                    labels: labels.text, resident: ByteCount(5), figures: process == 1 ? nil : figures))
        }
        return snapshot
    }

    @Test func eachMetricHasOneHeadAndItsSeriesTogether() {
        let lines = Self.snapshot(3).text().split(separator: "\n")
        let heads = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(heads).count == heads.count)
        var runs: [Substring] = []
        for name in lines.filter({ !$0.hasPrefix("#") }).map({ $0.prefix { $0 != "{" && $0 != " " } })
        where runs.last != name { runs.append(name) }
        #expect(runs == heads)
        // No series twice.
        let series = lines.filter { !$0.hasPrefix("#") }.map { $0[..<($0.lastIndex(of: " ") ?? $0.endIndex)] }
        #expect(Set(series).count == series.count)
        #expect(!heads.contains("pageheap_memory_limit_bytes"))
        #expect(lines.count { $0.hasPrefix("pageheap_memory_bytes{") } == 2 * 5)
        #expect(lines.count { $0.hasPrefix("process_resident_memory_bytes{") } == 3)
        let place = Figure.all.firstIndex { $0.name == "worker_cpu_nanoseconds_total" } ?? 0
        #expect(
            lines.contains {
                $0.hasPrefix("pageheap_scavenger_cpu_seconds_total{") && $0.hasSuffix("} 1.0000000\(place)")
            })
    }

    @Test func labelsAreEscapedByteByByte() {
        // What people see as one character may contain a quote or a line's end.
        let text = Self.snapshot(1).text()
        #expect(text.utf8.split(separator: UInt8(ascii: "\n")).allSatisfy { !$0.starts(with: [UInt8(ascii: "}")]) })
        #expect(text.unicodeScalars.contains("\u{fffd}"))
        let expected = #"process="a\""# + "\u{301}" + #" \\"# + "\r" + #"\n}"# + "\u{fffd}\",user=\"u\""
        #expect(Array(text.utf8).firstRange(of: Array(expected.utf8)) != nil)
    }

    @Test func statsEscapesByteByByteToo() {
        let snapshot = ProcessSnapshot(process: 1, name: "a\r\nb\"\u{301}", resident: .zero, heap: HeapFigures())
        let text = Array(PrometheusText(snapshot).text().utf8)
        #expect(text.firstRange(of: Array("name=\"a\r\\nb\\\"\u{301}\"".utf8)) != nil)
    }

    @Test func openMetricsNamesCountersWithoutTheirEndAndHasAnEnd() {
        let text = Self.snapshot(1).text(openMetrics: true)
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("# TYPE pageheap_returned_bytes counter\n"))
        #expect(text.contains("\npageheap_returned_bytes_total{"))
        #expect(!Self.snapshot(1).text().contains("# EOF"))
    }

    @Test func noMeaningNeedsEscapes() {
        for family in MetricFamily.figures {
            #expect(family.meaning.utf8.allSatisfy { ![0x0a, 0x22, 0x5c].contains($0) }, "\(family.name)")
        }
    }

    @Test func aLargeTextComesInPartsOfBoundedSize() {
        let snapshot = Self.snapshot(400)
        var parts = FleetText(snapshot, .text)
        var text: [UInt8] = []
        var count = 0
        while let part = parts.next() {
            #expect(part.count < 80 << 10)
            text += part
            count += 1
        }
        #expect(count > 5)
        #expect(
            String(decoding: text, as: UTF8.self).split(separator: "\n").count { $0.hasPrefix("# TYPE pageheap_goal") }
                == 1)
        #expect(parts.next() == nil)
    }

    @Test func nobodyHasNoProcessesAndStillMetricsOfTheExporter() {
        let text = FleetSnapshot().text()
        for state in FleetSnapshot.State.allCases {
            #expect(text.contains("pageheap_export_processes{state=\"\(state.rawValue)\"} 0\n"))
        }
        #expect(!text.contains("process_resident_memory_bytes"))
    }
}
