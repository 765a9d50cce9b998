/// The layout of a chart, in the chart's own units.
struct ChartLayout: Hashable, Sendable {
    let width = 960.0
    var height = 440.0
    let left = 84.0
    let right = 30.0
    var top = 72.0
    let bottom = 44.0

    let time: TimeAxis
    let bytes: ByteAxis

    var plotWidth: Double { width - left - right }
    var plotHeight: Double { height - top - bottom }
    var floor: Double { height - bottom }

    func x(_ seconds: Double) -> Double { left + time.position(of: seconds) * plotWidth }
    func y(_ bytes: Double) -> Double { floor - self.bytes.position(of: bytes) * plotHeight }

    /// Returns the SVG path through points: `M1 2L3 4…`.
    func path(_ points: [ChartPoint]) -> String {
        points.enumerated().map { index, point in
            "\(index == 0 ? "M" : "L")\(Markup.number(x(point.seconds))) \(Markup.number(y(point.bytes)))"
        }.joined()
    }

    /// Returns the SVG path of the area between points and the floor.
    func area(_ points: [ChartPoint]) -> String {
        guard let first = points.first, let last = points.last else { return "" }
        let floor = Markup.number(floor)
        return "\(path(points))L\(Markup.number(x(last.seconds))) \(floor)L\(Markup.number(x(first.seconds))) \(floor)Z"
    }
}
