/// The report of a run: one page that needs nothing but itself.
struct HTMLReport: Sendable {
    let result: RunResult

    /// Rows of the table of samples, at most.
    static let rowLimit = 120

    func page() -> String {
        let command = CommandText.quoted(result.command)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Markup.escape(CommandText.short(result.command, limit: 60))) on PageHeap</title>
            <style>
            \(ReportStyle.sheet)
            \(ChartPalette.styleSheet)
            </style>
            </head>
            <body>
            <main>
            <header>
            <p class="mark"><span aria-hidden="true">▚</span> PageHeap <span class="faint">run report</span></p>
            <h1>\(Markup.escape(Headline.text(result)))</h1>
            <pre class="command"><code>\(Markup.escape(command))</code></pre>
            <p class="faint">\(Markup.escape(circumstances))</p>
            </header>
            \(noteParagraph)
            <section aria-label="Chart" class="card chart">
            \(SVGChart(result).inline())
            </section>
            <section aria-label="Key figures" class="figures">
            \(KeyFigure.all(of: result).map(Self.figure).joined(separator: "\n"))
            </section>
            \(ReportExplanation(result: result).section())
            \(table)
            <footer class="faint">Made by pageheap \(Markup.escape(result.pageheapVersion)). \
            This page loads nothing and runs no script.</footer>
            </main>
            </body>
            </html>

            """
    }

    private var circumstances: String {
        var ending = "exit code \(result.exitCode)"
        if let signal = result.signal {
            ending = "killed by signal \(signal) (\(ProcessEnding.name(of: signal)))"
        }
        return "Started \(result.startedAt) · ran \(TimeText.describe(seconds: result.wallSeconds)) · \(ending) · "
            + "sampled every \(result.intervalMilliseconds) ms"
    }

    private var noteParagraph: String {
        result.note.map { "<p class=\"note\">\(Markup.escape($0))</p>" } ?? ""
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
                + (heap ? ["\(row.inUseBytes)", "\(row.retainedBytes)", row.goalBytes.map { "\($0)" } ?? "–"] : [])
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
