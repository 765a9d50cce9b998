/// The frame of every report, a self-contained HTML page. It escapes texts; markup must already be escaped.
struct ReportPage: Sendable {
    var title: String
    /// CSS that is added to ``ReportStyle/sheet``.
    var style: String
    /// The kind of report.
    var kind: String
    var headline: String
    var command: [String]
    /// When and how the figures were made.
    var circumstances: String
    /// What a reader must know first.
    var notes: [String]
    /// The charts, which have the time in common.
    var plots: [ReportPlot]
    /// The end of that time, in seconds.
    var end: Double
    /// Tooltips of the first chart, for readers without scripts.
    var columns: [(from: Double, to: Double, text: String)] = []
    /// The maps of a run's heap, if there are any. Their markup is among the sections.
    var maps: MapData?
    /// The markup of everything after the charts.
    var sections: String
    var pageheapVersion: String

    func text() -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <link rel="icon" href="data:,">
        <title>\(Markup.escape(title))</title>
        <style>
        \(ReportStyle.sheet)
        \(PlotStyle.sheet)
        \(style)
        </style>
        </head>
        <body>
        <main>
        <header>
        <p class="mark"><span aria-hidden="true">▚</span> PageHeap <span class="faint">\(kind)</span></p>
        <h1>\(Markup.escape(headline))</h1>
        <pre class="command"><code>\(Markup.escape(CommandText.quoted(command)))</code></pre>
        <p class="faint">\(Markup.escape(circumstances))</p>
        </header>
        \(notes.map { "<p class=\"note\">\(Markup.escape($0))</p>" }.joined(separator: "\n"))
        <section aria-label="Charts" class="card charts">
        \(charts)
        </section>
        \(sections)
        <footer class="faint">Made by pageheap \(Markup.escape(pageheapVersion)). \
        This page loads nothing, and is complete without scripts.</footer>
        </main>
        <script type="application/json" id="data">\(data)</script>
        <script>\(ReportScript.text)</script>
        </body>
        </html>

        """
    }

    /// Browsers load nothing for the page, and run the report's script alone.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        + "script-src 'sha256-\(ReportScript.hash)'; base-uri 'none'; form-action 'none'"

    private var charts: String {
        plots.enumerated().map { index, plot in
            PlotMarkup(plot: plot, end: end, columns: index == 0 ? columns : []).text()
        }.joined(separator: "\n")
    }

    /// Numbers that are not finite cannot be encoded; without data, the script does nothing.
    private var data: String {
        (try? PlotData(end: end, plots: plots, maps: maps).text()) ?? "{\"end\":1,\"times\":[],\"plots\":[]}"
    }
}
