/// Draws resident memory over time under all allocators in one chart. Each allocator is shown by its median run.
struct CompareChart: Sendable {
    /// One allocator's curve.
    struct Curve: Hashable, Sendable {
        let name: String
        /// The allocator's index, which determines the colour.
        let index: Int
        let curve: ResidentCurve
    }

    let curves: [Curve]
    private let layout: ChartLayout
    private let legend: ChartLegend
    private let result: CompareResult

    init(_ result: CompareResult) {
        self.result = result
        let curves = result.allocators.enumerated().compactMap { index, allocator -> Curve? in
            guard let run = allocator.medianRun, !run.curve.points.isEmpty else { return nil }
            return Curve(name: allocator.name, index: index, curve: run.curve)
        }
        self.curves = curves
        let end = curves.map(\.curve.end).max() ?? 0
        let peak = curves.flatMap(\.curve.points).map(\.bytes).max() ?? 0
        var layout = ChartLayout(time: TimeAxis(end: end), bytes: ByteAxis(covering: peak))
        legend = ChartLegend(
            entries: curves.map { (name: $0.name, classes: ComparePalette.classes(of: $0.index)) },
            left: layout.left, right: layout.width - layout.right)
        let more = legend.height - ChartLegend.rowHeight
        layout.top += more
        layout.height += more
        self.layout = layout
    }

    /// Returns a separate SVG file.
    func file() -> String {
        ChartFile(layout: layout, description: description, style: ComparePalette.styleSheet, content: content).text
    }

    /// Returns the chart for the report, which provides background and style. Columns show their values as tooltips,
    /// without script.
    func inline() -> String {
        """
        <svg viewBox="0 0 \(layout.width.asText) \(layout.height.asText)" class="ph-chart" role="img" \
        aria-label="\(description)">
        \(content)
        \(hoverColumns)
        </svg>
        """
    }

    private var description: String {
        Markup.escape("Resident memory over time under \(curves.map(\.name).joined(separator: ", ")).")
    }

    private var content: String {
        // The first allocator is drawn last, above the others.
        [ChartGrid(layout: layout).markup, curves.reversed().map(line).joined(separator: "\n"), legend.markup]
            .joined(separator: "\n")
    }

    /// The curve, and a dot where the program ended.
    private func line(_ curve: Curve) -> String {
        let classes = ComparePalette.classes(of: curve.index)
        let first = curve.index == 0 ? " ph-first" : ""
        let points = curve.curve.points
        var markup = "<path class=\"ph-line \(classes)\(first)\" d=\"\(layout.path(points))\"/>"
        if let last = points.last {
            let (x, y) = (layout.x(last.seconds), layout.y(last.bytes))
            markup += "<circle class=\"ph-dot \(classes)\" cx=\"\(x.asText)\" cy=\"\(y.asText)\" r=\"3.5\"/>"
        }
        return markup
    }

    /// The number of columns with tooltips.
    private static let hoverCount = 160

    private var hoverColumns: String {
        guard !curves.isEmpty else { return "" }
        let width = layout.plotWidth / Double(Self.hoverCount)
        return (0..<Self.hoverCount).map { index in
            let seconds = layout.time.end * (Double(index) + 0.5) / Double(Self.hoverCount)
            let figures = curves.map { curve in
                let value = curve.curve.value(atSeconds: seconds)
                return "\(curve.name) \(value.map { "\(ByteCount(rounding: $0))" } ?? "–")"
            }
            let title = ([TimeText.describe(seconds: seconds)] + figures).joined(separator: "\n")
            return """
                <g class="ph-hover"><rect x="\((layout.left + Double(index) * width).asText)" \
                y="\(layout.top.asText)" width="\(width.asText)" height="\(layout.plotHeight.asText)"/>\
                <title>\(Markup.escape(title))</title></g>
                """
        }.joined(separator: "\n")
    }
}
