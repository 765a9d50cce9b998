import PageHeapMetrics
import TestSupport
import Testing

/// The names of the metrics.
struct HeapMetricTests {
    @Test func namesFollowTheConventionsAndAreUnique() {
        #expect(Set(HeapMetric.all.map(\.name)).count == HeapMetric.all.count)
        for metric in HeapMetric.all {
            #expect(metric.name.wholeMatch(of: /pageheap(_[a-z]+)+/) != nil, "\(metric.name)")
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            let stem = metric.kind == .counter ? String(metric.name.dropLast("_total".count)) : metric.name
            if metric.unit != .count { #expect(stem.hasSuffix("_\(metric.unit.rawValue)"), "\(metric.name)") }
            // No other metric may have a counter's name without _total: OpenMetrics calls the family so.
            #expect(metric.kind != .counter || !HeapMetric.all.contains { $0.name == stem }, "\(metric.name)")
        }
    }

    @Test func theTableInTheDocumentationMatches() throws {
        let text = try Repository.text(of: "Documentation/metrics.md")
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `pageheap_") }.map(String.init)
        let expected = HeapMetric.all.map { metric in
            let dimensions = metric.dimensionNames.map { "`\($0)`" }.joined(separator: ", ")
            return
                "| `\(metric.name)` | \(metric.kind.rawValue) | \(metric.unit.rawValue) | \(dimensions) | \(metric.help) |"
        }
        #expect(rows == expected)
    }
}
