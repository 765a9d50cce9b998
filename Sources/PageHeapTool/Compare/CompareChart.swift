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
        ChartFile(
            layout: layout, description: Markup.escape(description), style: ComparePalette.styleSheet, content: content
        ).text
    }

    var description: String {
        "Resident memory over time under \(curves.map(\.name).joined(separator: ", "))."
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
}
