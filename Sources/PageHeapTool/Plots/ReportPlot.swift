/// One of a report's charts over time.
struct ReportPlot: Sendable {
    /// The name by which the script and the style sheet know it.
    let name: String
    let title: String
    /// What the values are, in a few words.
    let remark: String
    let unit: PlotAxis.Unit
    /// The factor from the growth of a total per second to the unit.
    var scale = 1.0
    /// Whether dashed curves far above all others are cut off, because they would flatten them.
    var cutsOffDashes = false
    /// How the peak of the first curve is labelled; nil for no label.
    var peakWord: String?
    let curves: [PlotCurve]
    /// A description for people who do not see it.
    let description: String

    /// The steps of a curve that is a rate, in the plot's unit.
    func steps(of curve: PlotCurve, shown: Double) -> [PlotRates.Step] {
        PlotRates(seconds: curve.seconds, totals: curve.values, shown: shown).steps.map { step in
            PlotRates.Step(from: step.from, to: step.to, rate: step.rate * scale)
        }
    }

    /// The axis for a whole run.
    func axis(end: Double) -> PlotAxis {
        func highest(_ curves: [PlotCurve]) -> Double {
            curves.compactMap { curve in
                curve.shape == .rate ? steps(of: curve, shown: end).map(\.rate).max() : curve.peak?.value
            }.max() ?? 0
        }
        let solid = highest(curves.filter { $0.shape != .dashes })
        let dashed = highest(curves.filter { $0.shape == .dashes })
        return PlotAxis(covering: cutsOffDashes && dashed > solid * 1.5 ? solid : max(solid, dashed), unit: unit)
    }
}
