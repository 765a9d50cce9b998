import FoundationEssentials

/// The data of a report's charts, which the script reads from the page.
struct PlotData: Sendable {
    let end: Double
    let plots: [ReportPlot]
    var maps: MapData?

    private struct Curve: Encodable {
        let label: String
        let colour: String
        let shape: PlotCurve.Shape
        /// The index of the curve's times.
        let times: Int
        let values: [Double?]
        let marksEnd: Bool
    }

    private struct Plot: Encodable {
        let name: String
        let unit: PlotAxis.Unit
        let scale: Double
        let cutsOffDashes: Bool
        let peakWord: String?
        let curves: [Curve]
    }

    private struct Page: Encodable {
        let end: Double
        let shortestStep: Double
        let stepCount: Double
        /// The times of curves; many curves share theirs.
        let times: [[Double]]
        let plots: [Plot]
        let maps: MapData?
    }

    /// Returns the data as JSON in which no markup can begin.
    func text() throws -> String {
        var times: [[Double]] = []
        let plots = plots.map { plot in
            Plot(
                name: plot.name, unit: plot.unit, scale: plot.scale, cutsOffDashes: plot.cutsOffDashes,
                peakWord: plot.peakWord,
                curves: plot.curves.map { curve in
                    let index = times.firstIndex(of: curve.seconds) ?? times.endIndex
                    if index == times.endIndex { times.append(curve.seconds) }
                    return Curve(
                        label: curve.label, colour: curve.colour, shape: curve.shape, times: index,
                        values: curve.values.map { $0.map(Self.rounded) }, marksEnd: curve.marksEnd)
                })
        }
        let page = Page(
            end: TimeAxis(end: end).end, shortestStep: PlotRates.shortest, stepCount: PlotRates.count,
            times: times.map { $0.map(Self.rounded) }, plots: plots, maps: maps)
        return Self.escaped(String(decoding: try JSONEncoder().encode(page), as: UTF8.self))
    }

    /// Escapes what could end the element around the JSON, or begin a comment in it.
    static func escaped(_ json: String) -> String {
        json.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
    }

    /// Rounds to a millionth: a microsecond, and all of a number of bytes.
    static func rounded(_ value: Double) -> Double {
        abs(value) < 1e9 ? (value * 1e6).rounded() / 1e6 : value.rounded()
    }
}
