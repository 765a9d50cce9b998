/// Lays rows of text out in columns of a terminal.
enum TextColumns {
    /// Returns a line for each row, without blanks at its end.
    ///
    /// - Parameters:
    ///   - rows: cells; each row has as many as the first one.
    ///   - left: the columns whose text stands at the left; numbers stand at the right.
    static func lines(_ rows: [[String]], left: Set<Int> = [0]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.enumerated().map { column, text in
                let gap = String(repeating: " ", count: widths[column] - text.count)
                return left.contains(column) ? text + gap : gap + text
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
