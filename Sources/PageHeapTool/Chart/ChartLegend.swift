/// The legend above a chart, with the names of the curves in as many rows as they need.
struct ChartLegend: Sendable {
    static let rowHeight = 22.0
    /// The maximum length of a name. Longer names lose their beginning, because the end of a path is more significant.
    static let longestName = 40
    private static let firstRow = 26.0

    private let placed: [(name: String, classes: String, x: Double, y: Double)]

    /// Lays out a legend.
    ///
    /// - Parameters:
    ///   - entries: the names, each with the CSS classes of its curve.
    ///   - left: the beginning of a row.
    ///   - right: the limit of a row.
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
