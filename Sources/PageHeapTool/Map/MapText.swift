/// A heap's map for a terminal: two rows of cells in each line if there is colour, otherwise one, of letters.
struct MapText: Sendable {
    let map: HeapMap
    let title: String
    let style: TerminalStyle

    private static let mostRows = 48

    func text() -> String {
        let raster = MapRaster(map, width: max(style.width - 2, 1), mostRows: Self.mostRows)
        let cell = ByteCount(UInt64(raster.pagesPerCell * map.pageBytes))
        let picture =
            style.hasColour && style.hasUnicode ? pairs(raster.rows) : raster.rows.map { String($0.map(\.character)) }
        let legend = MapTotals(map).shown.map { state, bytes in "  \(mark(state)) \(state.name): \(bytes)" }
        let head = "\(title); a cell is \(cell), addresses rise to the right and down"
        return (WrappedText.lines(head, width: style.width) + [""] + picture.map { "  " + $0 } + [""] + legend)
            .joined(separator: "\n") + "\n"
    }

    private func mark(_ state: PageState) -> String {
        style.hasColour && style.hasUnicode && state != .absent
            ? "\(Self.code(38, state))█\u{1b}[0m" : String(state.character)
    }

    /// Draws two rows as one line of half blocks.
    private func pairs(_ rows: [[PageState]]) -> [String] {
        stride(from: 0, to: rows.count, by: 2).map { number in
            let upper = rows[number]
            let lower = number + 1 < rows.count ? rows[number + 1] : []
            var line = ""
            var last: (PageState, PageState)?
            for column in 0..<max(upper.count, lower.count) {
                let pair = (
                    column < upper.count ? upper[column] : .absent, column < lower.count ? lower[column] : .absent
                )
                if last.map({ $0 != pair }) ?? true {
                    line += "\u{1b}[0m" + Self.code(38, pair.0) + Self.code(48, pair.1)
                }
                last = pair
                line += pair.0 == .absent && pair.1 == .absent ? " " : "▀"
            }
            return line + "\u{1b}[0m"
        }
    }

    /// The escape sequence for a state's colour; none for what is not there, which has the terminal's own.
    private static func code(_ layer: Int, _ state: PageState) -> String {
        if state == .absent { return layer == 38 ? "\u{1b}[30m" : "" }
        let colour = state.colour
        return "\u{1b}[\(layer);2;\(colour >> 16);\(colour >> 8 & 255);\(colour & 255)m"
    }
}
