import FoundationEssentials

/// The axis of a report's chart that values are read from.
struct PlotAxis: Sendable {
    enum Unit: String, Encodable, Sendable {
        case bytes
        /// Percent of one processor.
        case percent
        case perSecond
    }

    /// The value of the top mark.
    let top: Double
    let marks: [(value: Double, label: String)]

    init(covering largest: Double, unit: Unit) {
        switch unit {
        case .bytes:
            let axis = ByteAxis(covering: largest)
            top = axis.top.asDouble
            marks = axis.marks.map { ($0.asDouble, $0.axisLabel) }
        case .percent, .perSecond:
            let step = Self.step(covering: largest)
            let count = max((min(largest, 1e15) / step - 1e-9).rounded(.up), 1)
            top = count * step
            marks = stride(from: 0, through: count, by: 1).map { index in
                (index * step, Self.label(of: index * step, unit: unit))
            }
        }
    }

    /// Returns the smallest of 1, 2 and 5 times a power of ten that needs at most five steps.
    private static func step(covering largest: Double) -> Double {
        let largest = min(max(largest, 0.01), 1e15)
        var unit = 0.001
        while true {
            for step in [unit, unit * 2, unit * 5] where largest <= step * 5 * (1 + 1e-9) { return step }
            unit *= 10
        }
    }

    private static func label(of value: Double, unit: Unit) -> String {
        let number = value >= 1000 ? KeyFigure.grouped(UInt64(value.rounded())) : NumberText.significant(value)
        return unit == .percent ? "\(number) %" : number
    }
}
