/// Two runs as a text table: a line per figure, and the ratio of the second run's to the first one's.
struct DiffTable: Sendable {
    let diff: RunDiff
    let style: TerminalStyle

    private static let missing = "-"

    func text() -> String {
        let rows = diff.rows
        let cells = [["", "first", "second", "ratio"]] + rows.map(cells)
        let lines = TextColumns.lines(cells).enumerated().map { index, line in
            "  " + (index == 0 ? style.styled(line, .bold) : line)
        }
        let runs = [
            ("first ", diff.names.first, diff.first), ("second", diff.names.second, diff.second),
        ].map { label, name, run in
            "\(label)  \(name): \(CommandText.short(run.command, limit: max(style.width - 30, 20))), \(run.startedAt)"
        }
        return (runs + [""] + lines + diff.notes.flatMap { ["", $0] }).joined(separator: "\n") + "\n"
    }

    private func cells(_ row: RunDiff.Row) -> [String] {
        [
            row.name, row.first.map(row.unit.text) ?? Self.missing, row.second.map(row.unit.text) ?? Self.missing,
            row.ratio.map(CompareTable.ratioText) ?? Self.missing,
        ]
    }
}
