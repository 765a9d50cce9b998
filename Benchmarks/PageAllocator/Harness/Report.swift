import Foundation

/// The results as text.
struct Report {
    let results: [RowResult]

    private static let columns = ["workload", "minimum", "median", "original", "ratio", "goal"]

    /// A table for people; nanoseconds per operation.
    var table: String {
        var lines = [Self.columns] + [Self.columns.map { _ in "" }]
        lines += results.map { result in
            [
                result.row.name, Self.number(result.minimum), Self.number(result.median),
                result.row.reference.map(Self.number) ?? "", result.ratio.map { String(format: "%.3f", $0) } ?? "",
                result.row.goal.map { Self.goal($0, result.minimum) } ?? "",
            ]
        }
        let widths = Self.columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        lines[1] = widths.map { String(repeating: "-", count: $0) }
        let text = lines.map { line in
            "| " + line.indices.map { Self.padded(line[$0], widths[$0], left: $0 == 0) }.joined(separator: " | ") + " |"
        }
        return text.joined(separator: "\n") + "\n\n" + summary + "\n"
    }

    /// The means over all rows that have a figure of the original and do not show the time of another row again.
    private var summary: String {
        let compared = results.filter { $0.row.countsInMean && $0.ratio != nil }
        guard let worst = compared.compactMap(\.ratio).max() else { return Suite.referenceNote }
        // The failing searches (F) are hundreds of times faster and dominate the mean: hence also a mean without them.
        let others = compared.filter { !$0.row.name.hasPrefix("F ") }
        var line = String(
            format: "geometric mean of %d ratios: %.3f; largest: %.3f", compared.count, Self.geometricMean(compared),
            worst)
        if !others.isEmpty { line += String(format: "; mean without F: %.3f", Self.geometricMean(others)) }
        return line + "\n" + Suite.referenceNote
    }

    private static func geometricMean(_ results: [RowResult]) -> Double {
        let logarithms = results.compactMap(\.ratio).map { log($0) }
        return exp(logarithms.reduce(0, +) / Double(logarithms.count))
    }

    /// An array of objects, one per line.
    var json: String {
        let lines = results.map { result in
            let evidence = result.row.expected
            var fields = [
                "\"workload\": \"\(result.row.name)\"", "\"min\": \(String(format: "%.3f", result.minimum))",
                "\"median\": \(String(format: "%.3f", result.median))",
                "\"checksum\": \"\(evidence.checksumText)\"",
            ]
            if evidence.checksum != nil && !evidence.counts.isEmpty {
                fields.append("\"counts\": \"\(evidence.counts)\"")
            }
            if let reference = result.row.reference {
                fields.append("\"originalElsewhere\": \(String(format: "%.1f", reference))")
            }
            return "  {" + fields.joined(separator: ", ") + "}"
        }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }

    private static func number(_ nanoseconds: Double) -> String { String(format: "%.1f", nanoseconds) }

    private static func goal(_ goal: Double, _ minimum: Double) -> String {
        String(format: minimum <= goal ? "<= %.0f" : "MISSED %.0f", goal)
    }

    private static func padded(_ text: String, _ width: Int, left: Bool) -> String {
        let spaces = String(repeating: " ", count: width - text.count)
        return left ? text + spaces : spaces + text
    }
}
