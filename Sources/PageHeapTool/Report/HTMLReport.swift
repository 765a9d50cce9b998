/// The HTML report of a run.
struct HTMLReport: Sendable {
    let result: RunResult

    func page() -> String {
        let plots = RunPlots(result)
        let maps = MapSection(result)
        return ReportPage(
            title: "\(CommandText.short(result.command, limit: 60)) on PageHeap",
            style: maps == nil ? "" : MapStyle.sheet,
            kind: "run report", headline: Headline.text(result), command: result.command,
            circumstances: circumstances, notes: result.notes, plots: plots.all, end: plots.end, columns: plots.columns,
            maps: maps?.data,
            sections: """
                \(maps?.markup() ?? "")
                <section aria-label="Key figures" class="figures">
                \(KeyFigure.all(of: result).map(Self.figure).joined(separator: "\n"))
                </section>
                \(ReportExplanation(result: result).section())
                \(RunTables(result: result).markup())
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
}
