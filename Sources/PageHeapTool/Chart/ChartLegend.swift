/// Names of curves above a chart, in as many rows as they need.
struct ChartLegend: Sendable {
    static let rowHeight = 22.0
    /// Longer names lose their beginning, as in paths the end tells more.
    static let longestName = 40
    private static let firstRow = 26.0

    private let placed: [(name: String, classes: String, x: Double, y: Double)]

    /// - Parameters:
    ///   - entries: each with the classes that its curve has.
    ///   - left: where rows begin.
    ///   - right: where they end at the latest.
    init(entries: [(name: String, classes: String)], left: Double, right: Double) {
        var placed: [(name: String, classes: String, x: Double, y: Double)] = []
        var (x, y) = (left, Self.firstRow)
        for entry in entries {
            let isLong = entry.name.count > Self.longestName
            let name = isLong ? "…\(entry.name.suffix(Self.longestName - 1))" : entry.name
            let width = 60 + Double(name.count) * 7.5
            if x + width > right, x > left {
                x = left
                y += Self.rowHeight
            }
            placed.append((name, entry.classes, x, y))
            x += width
        }
        self.placed = placed
    }

    var height: Double {
        (placed.last?.y ?? Self.firstRow) - Self.firstRow + Self.rowHeight
    }

    var markup: String {
        placed.map { entry in
            """
            <path class="ph-line \(entry.classes)" d="M\(entry.x.asText) \(entry.y.asText)h22"/>\
            <text class="ph-text" x="\((entry.x + 30).asText)" y="\((entry.y + 5).asText)">\
            \(Markup.escape(entry.name))</text>
            """
        }.joined(separator: "\n")
    }
}
