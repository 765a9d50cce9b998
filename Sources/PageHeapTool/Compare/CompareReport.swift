/// The HTML report of a comparison.
struct CompareReport: Sendable {
    let result: CompareResult

    func page() -> String {
        ReportPage(
            title: "\(CommandText.short(result.command, limit: 60)) under \(result.allocators.count) allocators",
            style: """
                .comparison{margin:1rem 0;padding:.9rem .7rem}.comparison .scroll{margin-top:0}
                .comparison th,.comparison td{padding:.32rem .4rem}
                td small,th small{display:block;color:var(--faint);font-size:.8rem}
                """,
            kind: "comparison", headline: headline, command: result.command, circumstances: circumstances,
            notes: result.remarks, plots: [plot], end: end, columns: columns,
            sections: """
                \(table)
                \(explanation)
                """,
            pageheapVersion: result.pageheapVersion
        ).text()
    }

    private var chart: CompareChart { CompareChart(result) }

    private var plot: ReportPlot {
        ReportPlot(
            name: "resident", title: "Resident memory", remark: "all processes, median runs", unit: .bytes,
            curves: chart.curves.map { curve in
                PlotCurve(
                    label: curve.name, colour: ComparePalette.plotClasses(of: curve.index),
                    shape: curve.index < ComparePalette.light.count ? .line : .dashes,
                    seconds: curve.curve.points.map(\.seconds), values: curve.curve.points.map(\.bytes), marksEnd: true)
            }, description: chart.description)
    }

    private var end: Double { chart.curves.map(\.curve.end).max() ?? 0 }

    /// The number of tooltips, for readers without scripts.
    private static let columnCount = 160

    private var columns: [(from: Double, to: Double, text: String)] {
        let curves = chart.curves
        return curves.isEmpty
            ? []
            : (0..<Self.columnCount).map { index in
                let (from, to) = (Double(index), Double(index + 1))
                let width = TimeAxis(end: end).end / Double(Self.columnCount)
                let seconds = (from + to) / 2 * width
                let figures = curves.map { curve in
                    let value = curve.curve.value(atSeconds: seconds)
                    return "\(curve.name) \(value.map { "\(ByteCount(rounding: $0))" } ?? "–")"
                }
                return (
                    from * width, to * width,
                    ([TimeText.describe(seconds: seconds)] + figures).joined(separator: "\n")
                )
            }
    }

    /// The headline, such as "Mean resident memory: PageHeap 80.1 MiB, glibc 316 MiB."
    private var headline: String {
        let wanted = result.allocators.filter {
            $0.name == result.allocators.first?.name || $0.name == result.reference
        }
        let parts = wanted.compactMap { allocator in
            allocator.spread(of: .meanResidentBytes).map { "\(allocator.name) \(ByteCount(rounding: $0.median))" }
        }
        return parts.isEmpty
            ? "The program ended before its memory could be seen."
            : "Mean resident memory: \(parts.joined(separator: ", "))."
    }

    private var circumstances: String {
        var text =
            "Started \(result.startedAt) · \(result.rounds == 1 ? "one round" : "\(result.rounds) interleaved rounds asked for") · \(result.medianOf) · \(result.expected.description) · "
            + "at least \(result.intervalMilliseconds) ms between samples"
        if !result.notFound.isEmpty { text += " · not found: \(result.notFound.joined(separator: ", "))" }
        return text
    }

    private var table: String {
        let heads = CompareFigure.allCases.map { figure in
            "<th scope=\"col\">\(figure.heading)<small>\(figure.unit.isEmpty ? "&nbsp;" : figure.unit)</small></th>"
        }
        let rows = result.allocators.map { allocator in
            let cells = CompareFigure.allCases.map { cell($0, allocator) }
            return "<tr><td>\(Markup.escape(allocator.name))</td>\(cells.joined())</tr>"
        }
        return """
            <section class="card comparison" aria-label="Table"><div class="scroll" tabindex="0"><table>
            <thead><tr><th scope="col">\(result.medianOf)</th>\(heads.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }

    private func cell(_ figure: CompareFigure, _ allocator: AllocatorResult) -> String {
        guard let spread = allocator.spread(of: figure) else { return "<td>–</td>" }
        var small = ""
        let (lowest, highest) = (figure.text(spread.lowest), figure.text(spread.highest))
        if lowest != highest { small += "<small>\(lowest)–\(highest)</small>" }
        if allocator.name != result.reference, let ratio = result.ratio(of: figure, for: allocator) {
            small += "<small>× \(CompareTable.ratioText(ratio))</small>"
        }
        return "<td>\(figure.text(spread.median))\(small)</td>"
    }

    private var explanation: String {
        """
        <section class="card reading">
        <h2>How to read it</h2>
        <p>The same program ran under each allocator, once per round, and each round started with a different one. \
        Each cell has the median, below it the lowest and the highest value if they differ, and the ratio to \
        \(Markup.escape(result.reference)). A curve shows the run with the median wall time; a dot marks its end.</p>
        <p>Resident memory is summed over all processes of a run; pages that they share count in each. RSS×time is the \
        area under the curve: what memory costs if it is billed by time. Faults are page faults.</p>
        <p>\(Markup.escape(CompareTable.explanation)) A fall lasts until memory rises by a tenth again, or does not \
        fall further for two seconds; falls in the program's last second do not count. There is no figure if the \
        program ended before.</p>
        </section>
        """
    }
}
