/// A table of a report. The script sorts it by the column that the reader chooses.
struct ReportTable: Sendable {
    struct Column: Sendable {
        let title: String
        /// Whether the column is sorted as text.
        var isText = false
    }

    struct Cell: Sendable {
        let text: String
        /// What the cell is sorted by; nil for a missing value.
        var value: Double?

        static let missing = Cell(text: "–")

        static func bytes(_ bytes: ByteCount?) -> Cell {
            bytes.map { Cell(text: "\($0)", value: $0.asDouble) } ?? missing
        }

        static func seconds(_ seconds: Double) -> Cell {
            Cell(text: TimeText.describe(seconds: seconds), value: seconds)
        }

        static func count(_ count: UInt64) -> Cell { Cell(text: KeyFigure.grouped(count), value: Double(count)) }
    }

    let columns: [Column]
    let rows: [[Cell]]

    func markup() -> String {
        let heads = columns.map { column in
            "<th scope=\"col\"\(column.isText ? " class=\"text\"" : "")>\(Markup.escape(column.title))</th>"
        }
        let lines = rows.map { row in
            let cells = row.map { cell in
                let value = cell.value.map { " data-value=\"\($0)\"" } ?? ""
                return "<td\(value)>\(Markup.escape(cell.text))</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <div class="scroll" tabindex="0"><table class="sortable">
            <thead><tr>\(heads.joined())</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div>
            """
    }
}
