import PageHeapExport
import PageHeapFigures

/// Writes metrics as text.
struct MetricsWriter: Sendable {
    let format: MetricsFormat
    private(set) var text: [UInt8] = []

    init(_ format: MetricsFormat, capacity: Int = 0) {
        self.format = format
        text.reserveCapacity(capacity)
    }

    /// Writes what comes before a metric's series. OpenMetrics names a counter without the end of its series' name.
    mutating func begin(_ name: String, _ kind: Figure.Kind, _ meaning: String) {
        let total = "_total"
        let family =
            format == .openMetrics && kind == .counter && name.hasSuffix(total)
            ? String(name.dropLast(total.count)) : name
        text += "# HELP \(family) \(meaning)\n# TYPE \(family) \(kind.rawValue)\n".utf8
    }

    /// Writes the series that a process has in a metric.
    mutating func write(_ family: MetricFamily, labels: [UInt8], resident: ByteCount, figures: HeapFigures?) {
        for series in family.series {
            guard let value = series.value(resident, figures) else { continue }
            text += family.name.utf8
            text.append(UInt8(ascii: "{"))
            text += labels
            if !series.labels.isEmpty {
                text.append(UInt8(ascii: ","))
                text += series.labels
            }
            text += "} ".utf8
            if family.isTime { writeSeconds(value) } else { writeNumber(value) }
            text.append(UInt8(ascii: "\n"))
        }
    }

    /// Writes a metric with one series.
    mutating func write(_ name: String, _ kind: Figure.Kind, _ meaning: String, _ value: String) {
        begin(name, kind, meaning)
        write(name, labels: [], value)
    }

    mutating func write(_ name: String, labels: [(String, String)], _ value: String) {
        text += name.utf8
        if !labels.isEmpty { text += [UInt8(ascii: "{")] + ProcessLabels.text(labels) + [UInt8(ascii: "}")] }
        text += " \(value)\n".utf8
    }

    /// Writes what comes after the last metric.
    mutating func end() {
        if format == .openMetrics { text += "# EOF\n".utf8 }
    }

    /// Hands over the text that has been written since the last time.
    mutating func take() -> [UInt8] {
        defer { text.removeAll(keepingCapacity: true) }
        return text
    }

    private mutating func writeNumber(_ value: UInt64) { writeDigits(value, atLeast: 1) }

    private mutating func writeSeconds(_ nanoseconds: UInt64) {
        writeDigits(nanoseconds / 1_000_000_000, atLeast: 1)
        text.append(UInt8(ascii: "."))
        writeDigits(nanoseconds % 1_000_000_000, atLeast: 9)
    }

    private mutating func writeDigits(_ value: UInt64, atLeast least: Int) {
        let start = text.count
        var rest = value
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        while text.count - start < least { text.append(UInt8(ascii: "0")) }
        text[start...].reverse()
    }
}
