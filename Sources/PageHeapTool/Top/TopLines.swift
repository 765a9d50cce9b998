import FoundationEssentials

/// Readings as plain lines, for a pipe or a file.
enum TopLines {
    private static let widths = [8, 10, 10, 10, 10, 10, 12]

    static let head = line(["seconds", "resident", "in use", "free", "released", "goal", "given back"])

    static func line(_ reading: TopReading) -> String {
        let seconds = NumberText.fixed(reading.seconds, places: 1)
        guard let heap = reading.heap else {
            return line([seconds, "\(reading.resident)"] + Array(repeating: "-", count: widths.count - 2))
        }
        return line([
            seconds, "\(reading.resident)", "\(heap.bytes(\.in_use_bytes))",
            "\(heap.bytes(\.free_retained_bytes))", "\(heap.bytes(\.released_bytes))",
            heap.optionalBytes(\.goal_bytes).map { "\($0)" } ?? "none", "\(heap.bytes(\.returned_bytes_total))",
        ])
    }

    private static func line(_ cells: [String]) -> String {
        zip(cells, widths).map { String(repeating: " ", count: max($1 - $0.count, 0)) + $0 }.joined(separator: "  ")
            + "\n"
    }
}
