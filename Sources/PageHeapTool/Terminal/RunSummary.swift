/// The summary on standard error after a run: how the program ended, the figures, the curve, and what to try next.
struct RunSummary: Sendable {
    let result: RunResult
    let style: TerminalStyle
    /// The files that were written.
    let written: [(output: Output, path: String)]

    func text() -> String {
        var lines = ["", opening, ""]
        lines += table()
        for note in result.notes {
            lines += [""] + WrappedText.lines(note, width: style.width - 2).map { "  " + style.styled($0, .warning) }
        }
        let curve = TerminalCurve(result: result, style: style).lines()
        if !curve.isEmpty { lines += [""] + curve }
        lines +=
            [""] + written.map { "  \($0.output.purpose) written to \(CommandText.short([$0.path], limit: 1000))" }
            + WrappedText.lines(nextStep, width: style.width - 2).map { "  \($0)" } + [""]
        return lines.joined(separator: "\n") + "\n"
    }

    private var opening: String {
        let ending =
            result.signal.map(ProcessEnding.killed(signal:)) ?? ProcessEnding.exited(code: result.exitCode)
        let room = style.width - "pageheap:  ".count - ending.description.count
        let command = CommandText.short(result.command, limit: max(room, 20))
        return "pageheap: \(style.styled(command, .bold)) \(ending.description)"
    }

    private func table() -> [String] {
        let figures = KeyFigure.all(of: result)
        let labelWidth = figures.map(\.label.count).max() ?? 0
        let valueWidth = figures.map(\.value.count).max() ?? 0
        return figures.map { figure in
            let label = figure.label + String(repeating: " ", count: labelWidth - figure.label.count)
            let value = String(repeating: " ", count: valueWidth - figure.value.count) + figure.value
            let note = figure.note.isEmpty ? "" : "  \(style.styled(figure.note, .faint))"
            return "  \(label)   \(style.styled(value, .bold))\(note)"
        }
    }

    private var nextStep: String {
        if let report = written.first(where: { $0.output == .report }) {
            return "next: open \(report.path) in a browser; it shows every curve with its figures"
        }
        return "next: pageheap run --report run.html -- … writes a page with these curves for the browser"
    }
}
