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
    /// The markup of the chart.
    var chart: String
    /// The markup of everything after the chart.
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
        <title>\(Markup.escape(title))</title>
        <style>
        \(ReportStyle.sheet)
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
        <section aria-label="Chart" class="card chart">
        \(chart)
        </section>
        \(sections)
        <footer class="faint">Made by pageheap \(Markup.escape(pageheapVersion)). \
        This page loads nothing and runs no script.</footer>
        </main>
        </body>
        </html>

        """
    }
}
