/// A heap's map as an SVG picture with a legend.
struct MapSVG: Sendable {
    let map: HeapMap
    let title: String

    /// Cells in a row: if each stands for one page of 8 KiB, a row is 2 MiB.
    private static let width = 256
    private static let mostRows = 1024
    /// The side of a cell, in units of the picture.
    private static let unit = 3

    func text() -> String {
        let raster = MapRaster(map, width: Self.width, mostRows: Self.mostRows)
        let totals = MapTotals(map).shown
        let cell = ByteCount(UInt64(raster.pagesPerCell * map.pageBytes))
        let (width, top) = (Self.width * Self.unit + 32, 64)
        let below = top + raster.rows.count * Self.unit + 24
        let height = below + totals.count * 22 + 12
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
                + "height=\"\(height)\" font-family=\"system-ui, sans-serif\" font-size=\"14\" role=\"img\">",
            "<title>\(Markup.escape(title))</title>",
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>",
            "<text x=\"16\" y=\"28\" font-size=\"17\" font-weight=\"600\" fill=\"#1a202c\">\(Markup.escape(title))</text>",
            "<text x=\"16\" y=\"50\" fill=\"#4a5568\">A cell is \(cell); addresses rise to the right and down.</text>",
            "<g shape-rendering=\"crispEdges\">",
        ]
        for (number, row) in raster.rows.enumerated() { lines += Self.runs(row, y: top + number * Self.unit) }
        lines.append("</g>")
        for (number, part) in totals.enumerated() {
            let y = below + number * 22
            // What was never used is blank in the picture.
            let edge = part.state == .absent ? " stroke=\"#a0aec0\"" : ""
            lines.append(
                "<rect x=\"16\" y=\"\(y)\" width=\"14\" height=\"14\" fill=\"\(Self.colour(part.state))\"\(edge)/>")
            lines.append(
                "<text x=\"38\" y=\"\(y + 12)\" fill=\"#1a202c\">\(Markup.escape(part.state.name)): \(part.bytes)</text>"
            )
        }
        return lines.joined(separator: "\n") + "\n</svg>\n"
    }

    /// A rectangle for each run of equal cells.
    private static func runs(_ row: [PageState], y: Int) -> [String] {
        var lines: [String] = []
        var start = 0
        while start < row.count {
            let end = row[start...].firstIndex { $0 != row[start] } ?? row.count
            if row[start] != .absent {
                lines.append(
                    "<rect x=\"\(16 + start * unit)\" y=\"\(y)\" width=\"\((end - start) * unit)\" height=\"\(unit)\" "
                        + "fill=\"\(colour(row[start]))\"/>")
            }
            start = end
        }
        return lines
    }

    private static func colour(_ state: PageState) -> String {
        PageState.css(state.colour)
    }
}
