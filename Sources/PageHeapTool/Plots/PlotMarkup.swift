/// A chart of a report as HTML that needs no script: an SVG with the curves, which is stretched to the width of the
/// page, and around it the labels as text, which stays as large as it is. The script draws into the same elements.
struct PlotMarkup: Sendable {
    let plot: ReportPlot
    let end: Double
    /// Tooltips of the memory at some times, for readers without scripts.
    var columns: [(from: Double, to: Double, text: String)] = []

    /// The width and the height of the SVG's own coordinates.
    static let extent = 1000.0
    /// The most points of a curve that are drawn.
    static let pointLimit = 500

    private var axis: PlotAxis { plot.axis(end: time.end) }
    private var time: TimeAxis { TimeAxis(end: end) }

    func text() -> String {
        let axis = axis
        return """
            <section class="plot" data-plot="\(plot.name)">
            <div class="plot-head"><h2>\(Markup.escape(plot.title)) \
            <span class="faint">\(Markup.escape(plot.remark))</span></h2>
            <ul class="legend">
            \(plot.curves.map(legendEntry).joined(separator: "\n"))
            </ul></div>
            <div class="frame">
            <div class="marks-y" aria-hidden="true">\(axis.marks.map { mark in
                "<span style=\"bottom:\(percent(mark.value / axis.top))\">\(mark.label)</span>"
            }.joined())</div>
            <div class="field" role="img" aria-label="\(Markup.escape(plot.description))">
            <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
            <path class="grid" d="\(axis.marks.dropFirst().map { "M0 \(y($0.value, axis))H1000" }.joined())"/>
            \(plot.curves.enumerated().reversed().map { curve($1, $0, axis) }.joined(separator: "\n"))
            \(tooltips)
            </svg>
            <div class="dots" aria-hidden="true">\(dots(axis))</div>
            </div>
            <div class="marks-x" aria-hidden="true">\(time.marks.enumerated().map { index, mark in
                "<span\(index % 2 == 1 ? " class=\"odd\"" : "") style=\"left:\(percent(time.position(of: mark)))\">"
                    + "\(time.label(of: mark))</span>"
            }.joined())</div>
            </div>
            </section>
            """
    }

    private func legendEntry(_ curve: PlotCurve) -> String {
        "<li><span class=\"key \(curve.shape.rawValue) \(curve.colour)\"></span>\(Markup.escape(curve.label))</li>"
    }

    private func curve(_ curve: PlotCurve, _ index: Int, _ axis: PlotAxis) -> String {
        let paths = curve.shape == .rate ? ratePaths(curve, axis) : linePaths(curve, axis)
        let isFilled = curve.shape == .area || curve.shape == .rate
        let fill = isFilled ? "<path class=\"fill\" d=\"\(paths.map(\.area).joined())\"/>" : ""
        return "<g class=\"curve \(curve.shape.rawValue) \(curve.colour)\" data-curve=\"\(index)\">\(fill)"
            + "<path class=\"stroke\" d=\"\(paths.map(\.line).joined())\"/></g>"
    }

    private func linePaths(_ curve: PlotCurve, _ axis: PlotAxis) -> [(line: String, area: String)] {
        let stretches = curve.stretches
        let limit = max(Self.pointLimit / max(stretches.count, 1), 2)
        return stretches.map { stretch in
            let kept = Downsampling.extremes(of: stretch.map { curve.values[$0] ?? 0 }, limit: limit)
            let points = kept.map { offset in
                let index = stretch.lowerBound + offset
                return "\(x(curve.seconds[index])) \(y(curve.values[index] ?? 0, axis))"
            }
            // A single sample is a short dash.
            let line = "M\(points.joined(separator: "L"))\(points.count == 1 ? "h2" : "")"
            let (first, last) = (curve.seconds[stretch.lowerBound], curve.seconds[stretch.upperBound - 1])
            return (line, "\(line)L\(x(last)) 1000L\(x(first)) 1000Z")
        }
    }

    private func ratePaths(_ curve: PlotCurve, _ axis: PlotAxis) -> [(line: String, area: String)] {
        let steps = plot.steps(of: curve, shown: end)
        guard let first = steps.first, let last = steps.last else { return [] }
        let line =
            "M\(x(first.from)) \(y(first.rate, axis))"
            + steps.map { "V\(y($0.rate, axis))H\(x($0.to))" }.joined()
        return [(line, "\(line)L\(x(last.to)) 1000L\(x(first.from)) 1000Z")]
    }

    /// Dots where curves end, or at the peak, with its value.
    private func dots(_ axis: PlotAxis) -> String {
        var dots = plot.curves.filter(\.marksEnd).compactMap { curve -> String? in
            guard let last = curve.stretches.last?.last, let value = curve.values[last] else { return nil }
            return dot(curve, curve.seconds[last], value, axis)
        }
        if let word = plot.peakWord, let curve = plot.curves.first, let peak = curve.peak {
            dots.append(dot(curve, peak.seconds, peak.value, axis))
            dots.append(
                "<span class=\"peak\" style=\"--x:\(percent(time.position(of: peak.seconds)))\">"
                    + "\(word) \(ByteCount(rounding: peak.value))</span>")
        }
        return dots.joined()
    }

    private func dot(_ curve: PlotCurve, _ seconds: Double, _ value: Double, _ axis: PlotAxis) -> String {
        "<span class=\"dot \(curve.colour)\" style=\"left:\(percent(time.position(of: seconds)));"
            + "bottom:\(percent(min(value / axis.top, 1)))\"></span>"
    }

    private var tooltips: String {
        columns.map { column in
            let width = Markup.number((time.position(of: column.to) - time.position(of: column.from)) * Self.extent)
            return "<rect class=\"tip\" x=\"\(x(column.from))\" y=\"0\" width=\"\(width)\" height=\"1000\">"
                + "<title>\(Markup.escape(column.text))</title></rect>"
        }.joined(separator: "\n")
    }

    private func x(_ seconds: Double) -> String { coordinate(time.position(of: seconds)) }
    private func y(_ value: Double, _ axis: PlotAxis) -> String { coordinate(1 - value / axis.top) }

    private func coordinate(_ position: Double) -> String {
        Markup.number((position * Self.extent * 10).rounded() / 10)
    }

    private func percent(_ position: Double) -> String { "\(Markup.number(position * 100))%" }
}
