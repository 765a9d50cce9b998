/// Draws the memory chart as a separate SVG file.
struct SVGChart: Sendable {
    private let chart: MemoryChart
    private let layout: ChartLayout
    private let result: RunResult

    init(_ result: RunResult) {
        self.result = result
        chart = MemoryChart(result)
        layout = ChartLayout(time: chart.time, bytes: chart.bytes)
    }

    /// Returns a separate file, with its own background and style.
    func file() -> String {
        ChartFile(layout: layout, description: description, style: ChartPalette.styleSheet, content: content).text
    }

    private var description: String {
        Markup.escape("Memory over time. \(Headline.text(result))")
    }

    private var content: String {
        [ChartGrid(layout: layout).markup, curves, peakLabel, legend].joined(separator: "\n")
    }

    private var curves: String {
        var lines: [String] = []
        for curve in chart.curves {
            let name = curve.kind.rawValue
            for stretch in curve.stretches {
                if curve.kind == .resident || curve.kind == .inUse {
                    lines.append("<path class=\"ph-area ph-\(name)-fill\" d=\"\(layout.area(stretch))\"/>")
                }
                lines.append("<path class=\"ph-line ph-\(name)\" d=\"\(layout.path(stretch))\"/>")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A dot at the peak of the resident curve, and its value above the plot, where no curve crosses the text.
    private var peakLabel: String {
        guard let peak = chart.curves.first(where: { $0.kind == .resident })?.peak else { return "" }
        let x = layout.x(peak.seconds)
        let y = layout.y(peak.bytes)
        let half = result.peakResidentSource == .kernel ? 96.0 : 52.0
        let textX = min(max(x, layout.left + half), layout.width - layout.right - half)
        // The run's peak may lie between two samples.
        let word = result.peakResidentSource == .kernel ? "highest sample" : "peak"
        let figure = "\(word) \(ByteCount(rounding: peak.bytes))"
        return """
            <circle class="ph-resident-fill" cx="\(x.asText)" cy="\(y.asText)" r="4"/>\
            <text class="ph-text ph-halo" x="\(textX.asText)" y="\((layout.top - 9).asText)" \
            text-anchor="middle" font-weight="600">\(figure)</text>
            """
    }

    private var legend: String {
        var x = layout.left
        return chart.curves.map { curve in
            let name = curve.kind.rawValue
            let filled = curve.kind == .resident || curve.kind == .inUse
            let key =
                filled
                ? """
                <rect class="ph-area ph-\(name)-fill" x="\(x.asText)" y="20" width="22" height="12" rx="2"/>\
                <path class="ph-line ph-\(name)" d="M\(x.asText) 20h22"/>
                """
                : "<path class=\"ph-line ph-\(name)\" d=\"M\(x.asText) 26h22\"/>"
            let entry = "\(key)<text class=\"ph-text\" x=\"\((x + 30).asText)\" y=\"31\">\(curve.kind.label)</text>"
            x += 60 + Double(curve.kind.label.count) * 7.5
            return entry
        }.joined(separator: "\n")
    }
}
