/// The HTML report of a run.
struct HTMLReport: Sendable {
    let result: RunResult

    /// The maximum number of rows in the table of samples.
    static let rowLimit = 120

    func page() -> String {
        ReportPage(
            title: "\(CommandText.short(result.command, limit: 60)) on PageHeap", style: ChartPalette.styleSheet,
            kind: "run report", headline: Headline.text(result), command: result.command,
            circumstances: circumstances, notes: result.notes, chart: SVGChart(result).inline(),
            sections: """
                <section aria-label="Key figures" class="figures">
                \(KeyFigure.all(of: result).map(Self.figure).joined(separator: "\n"))
                </section>
                \(ReportExplanation(result: result).section())
                \(table)
                """,
            pageheapVersion: result.pageheapVersion
        ).text()
    }

    private var circumstances: String {
        var ending = "exit code \(result.exitCode)"
        if let signal = result.signal {
            ending = "killed by signal \(signal) (\(ProcessEnding.name(of: signal)))"
        }
        return "Started \(result.startedAt) · ran \(TimeText.describe(seconds: result.wallSeconds)) · \(ending) · "
            + result.sampling
    }

    private static func figure(_ figure: KeyFigure) -> String {
        """
        <div class="card"><p class="label">\(Markup.escape(figure.label))</p>\
        <p class="value">\(Markup.escape(figure.value))</p>\
        <p class="faint">\(figure.note.isEmpty ? "&nbsp;" : Markup.escape(figure.note))</p></div>
        """
    }

    private var table: String {
        let rows = Downsampling.rows(of: result.samples, limit: Self.rowLimit)
        let heap = result.heapFiguresPublished
        let heads = ["time"] + ["resident"] + (heap ? ["in use", "retained", "goal"] : [])
        let lines = rows.map { row in
            let cells =
                [TimeText.describe(seconds: row.seconds), "\(row.residentBytes)"]
                + (heap
                    ? ["\(row.residentInUse)", "\(row.residentRetained)", row.goalBytes.map { "\($0)" } ?? "–"] : [])
            return "<tr>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
        }
        let count =
            rows.count == result.samples.count
            ? "all \(rows.count)" : "\(rows.count) of \(result.samples.count), each the highest of its neighbours"
        return """
            <details class="card"><summary>Samples (\(count))</summary>
            <div class="scroll"><table>
            <thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div></details>
            """
    }
}
