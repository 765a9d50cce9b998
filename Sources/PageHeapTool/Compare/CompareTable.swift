/// The comparison as a text table: medians, their ratios, and lowest and highest values, all in the same columns.
struct CompareTable: Sendable {
    let result: CompareResult
    let style: TerminalStyle

    private static let missing = "-"

    func text() -> String {
        (lines() + [""] + remarks() + [""]).joined(separator: "\n")
    }

    /// Returns the lines of the table, without the remarks.
    func lines() -> [String] {
        let rows = allRows()
        return zip(rows, TextColumns.lines(rows.map(\.cells))).map { row, line in
            row.look.map { style.styled(line, $0) } ?? line
        }
    }

    private struct Row {
        let cells: [String]
        var look: TerminalStyle.Look?

        static let empty = Row(cells: [String](repeating: "", count: CompareFigure.allCases.count + 1))
    }

    private func allRows() -> [Row] {
        let figures = CompareFigure.allCases
        var rows = [
            Row(
                cells: [result.medianOf] + figures.map(\.heading),
                look: .bold),
            Row(cells: [""] + figures.map(\.unit), look: .faint),
        ]
        for allocator in result.allocators {
            rows.append(
                Row(
                    cells: [allocator.name]
                        + figures.map { cell($0, allocator, \.median) }))
        }
        let others = result.allocators.filter { $0.name != result.reference }
        if !others.isEmpty {
            rows += [.empty, Row(cells: heading("ratio to \(result.reference)"), look: .bold)]
        }
        for allocator in others {
            rows.append(Row(cells: [allocator.name] + figures.map { ratio($0, allocator) }))
        }
        if result.allocators.contains(where: { $0.counted.count > 1 }) {
            rows += [.empty, Row(cells: heading("lowest, highest"), look: .bold)]
            for allocator in result.allocators {
                rows.append(Row(cells: [allocator.name] + figures.map { cell($0, allocator, \.lowest) }))
                rows.append(Row(cells: [""] + figures.map { cell($0, allocator, \.highest) }))
            }
        }
        return rows
    }

    private func heading(_ text: String) -> [String] {
        [text] + CompareFigure.allCases.map { _ in "" }
    }

    private func ratio(_ figure: CompareFigure, _ allocator: AllocatorResult) -> String {
        result.ratio(of: figure, for: allocator).map(Self.ratioText) ?? Self.missing
    }

    /// Formats a ratio with at most two decimal places, or three if it is small.
    static func ratioText(_ ratio: Double) -> String {
        if ratio < 0.0995 { return NumberText.fixed(ratio, places: 3) }
        return NumberText.fixed(ratio, places: ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0)
    }

    private func cell(
        _ figure: CompareFigure, _ allocator: AllocatorResult, _ value: KeyPath<FigureSpread, Double>
    ) -> String {
        allocator.spread(of: figure).map { figure.text($0[keyPath: value]) } ?? Self.missing
    }

    private func remarks() -> [String] {
        let all = [Self.explanation] + result.remarks + [notFound].compactMap { $0 }
        return all.flatMap { WrappedText.lines($0, width: style.width) }
    }

    /// The explanation of the last columns.
    static let explanation =
        "fell at: the last time that resident memory fell by a tenth of its peak; +1 s, +5 s, +10 s: resident memory that "
        + "long after it. If an allocator delays its releases, memory falls late."

    private var notFound: String? {
        result.notFound.isEmpty ? nil : "Not found here: \(result.notFound.joined(separator: ", "))."
    }
}
