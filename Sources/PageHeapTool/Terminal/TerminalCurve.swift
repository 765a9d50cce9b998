/// Draws the curve of resident memory with characters, and distinguishes the part in use from the rest.
///
/// With colour, the height has a resolution of an eighth of a character, and the part in use has its own colour.
/// Without colour, the resolution is a whole character, the part in use is solid, and the rest is light.
struct TerminalCurve: Sendable {
    /// The approximate height in rows. The actual height has the same number of rows between any two marks.
    static let usualHeight = 10
    /// A curve in fewer columns shows nothing, and leaves no room for its times.
    static let fewestColumns = 12

    /// A moment of the curve.
    struct Point: Hashable, Sendable {
        let seconds: Double
        let resident: ByteCount
        let inUse: ByteCount
    }

    let points: [Point]
    let style: TerminalStyle
    /// The times at the two ends of the curve, in seconds.
    private let start: Double
    private let end: Double
    /// Whether the part in use is known.
    private let isDivided: Bool
    private let axis: ByteAxis
    /// The height in rows.
    private let height: Int

    init(result: RunResult, style: TerminalStyle) {
        self.init(
            points: result.samples.map {
                Point(seconds: $0.seconds, resident: $0.residentBytes, inUse: $0.residentInUse)
            }, start: 0, end: max(result.wallSeconds, result.samples.last?.seconds ?? 0),
            isDivided: result.heapFiguresPublished, style: style)
    }

    /// - Parameters:
    ///   - points: in the order of time.
    ///   - start: the time at the left end, in seconds.
    ///   - end: the time at the right end.
    ///   - isDivided: whether the part in use is known.
    ///   - height: about how many rows the curve may have.
    init(
        points: [Point], start: Double, end: Double, isDivided: Bool, style: TerminalStyle, height: Int = usualHeight
    ) {
        self.points = points
        self.start = start
        self.end = end
        self.isDivided = isDivided
        self.style = style
        axis = ByteAxis(covering: points.map(\.resident.asDouble).max() ?? 0)
        let spaces = axis.marks.count - 1
        self.height = spaces * max(Int((Double(height) / Double(spaces)).rounded()), 1)
    }

    /// The values of a column, in bytes.
    struct Column: Hashable, Sendable {
        var resident: Double
        var inUse: Double
    }

    /// Returns all lines, including the axes; none if there are no samples.
    func lines() -> [String] {
        guard !points.isEmpty else { return [] }
        let room = style.width - (axis.marks.map(\.axisLabel.count).max() ?? 0) - 4
        if room < Self.fewestColumns { return [] }
        let labels = axis.marks.map { (row: row(of: $0), text: $0.axisLabel) }
        let margin = labels.map(\.text.count).max() ?? 0
        let columns = columns(count: room)
        var lines: [String] = []
        for row in (0..<height).reversed() {
            let label = labels.first { $0.row == row + 1 }?.text ?? ""
            let tick = style.hasUnicode ? (label.isEmpty ? "│" : "┤") : "|"
            lines.append("\(frame(padded(label, margin), tick))\(cells(columns, row: row))")
        }
        let corner = style.hasUnicode ? "└" : "+"
        let line = String(repeating: style.hasUnicode ? "─" : "-", count: columns.count)
        lines.append(style.styled("  \(padded("0", margin)) \(corner)\(line)", .faint))
        lines.append(style.styled(timeLine(margin: margin + 4, columns: columns.count), .faint))
        if isDivided { lines += legend(margin: margin + 4) }
        return lines
    }

    /// Returns the highest sample of each column. A column without samples repeats the one before it.
    func columns(count: Int) -> [Column] {
        let axis = TimeAxis(end: end - start)
        var highest = [Column?](repeating: nil, count: count)
        for point in points where point.seconds >= start {
            let index = min(Int(axis.position(of: point.seconds - start) * Double(count)), count - 1)
            let resident = point.resident.asDouble
            if let there = highest[index], there.resident >= resident { continue }
            highest[index] = Column(resident: resident, inUse: point.inUse.asDouble)
        }
        var current = highest.compactMap { $0 }.first ?? Column(resident: 0, inUse: 0)
        return highest.map { column in
            current = column ?? current
            return current
        }
    }

    private func row(of value: ByteCount) -> Int {
        Int((axis.position(of: value.asDouble) * Double(height)).rounded())
    }

    private func frame(_ label: String, _ tick: String) -> String {
        style.styled("  \(label) \(tick)", .faint)
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }

    /// Returns the text of one row. Neighbouring cells of the same look share one escape sequence.
    private func cells(_ columns: [Column], row: Int) -> String {
        var text = ""
        var run = ""
        var look: TerminalStyle.Look?
        for column in columns {
            let cell = cell(column, row: row)
            if cell.look != look {
                text += look.map { style.styled(run, $0) } ?? run
                run = ""
                look = cell.look
            }
            run += cell.text
        }
        text += look.map { style.styled(run, $0) } ?? run
        while text.last == " " { text.removeLast() }
        return text
    }

    private func cell(_ column: Column, row: Int) -> (text: String, look: TerminalStyle.Look?) {
        func eighths(_ bytes: Double) -> Int {
            let whole = (axis.position(of: bytes) * Double(height * 8)).rounded()
            return min(max(Int(whole) - row * 8, 0), 8)
        }
        let resident = max(eighths(column.resident), row == 0 && column.resident > 0 ? 1 : 0)
        let inUse = eighths(column.inUse)
        if !style.hasColour || !style.hasUnicode {
            if resident < 4 && row > 0 || resident == 0 { return (" ", nil) }
            return inUse >= 4 ? (style.hasUnicode ? "█" : "#", nil) : (style.hasUnicode ? "░" : ":", nil)
        }
        let blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        if resident == 0 { return (" ", nil) }
        if inUse == 0 { return (blocks[resident], .resident) }
        // A character can show only one boundary: show the upper one.
        if resident < 8 || inUse == 8 { return (blocks[resident], inUse * 2 >= resident ? .inUse : .resident) }
        return (blocks[inUse], .inUseOnResident)
    }

    private func timeLine(margin: Int, columns: Int) -> String {
        let first = start > 0 ? TimeText.describe(seconds: start) : "0 s"
        let last = TimeText.describe(seconds: end)
        let gap = columns - first.count - last.count
        if gap < 1 { return String(repeating: " ", count: margin + max(columns - last.count, 0)) + last }
        return String(repeating: " ", count: margin) + first + String(repeating: " ", count: gap) + last
    }

    private func legend(margin: Int) -> [String] {
        let solid = style.hasUnicode ? "█" : "#"
        let light = style.hasColour ? solid : style.hasUnicode ? "░" : ":"
        let (first, second) = ("in use", "resident beyond that")
        func indented(_ margin: Int, _ text: String) -> String { String(repeating: " ", count: margin) + text }
        let inUse = "\(style.styled(solid, .inUse)) \(first)"
        let beyond = "\(style.styled(light, .resident)) \(second)"
        if margin + 2 + first.count + 3 + 2 + second.count <= style.width {
            return [indented(margin, "\(inUse)   \(beyond)")]
        }
        let margin = min(margin, max(style.width - 2 - second.count, 0))
        return [indented(margin, inUse), indented(margin, beyond)]
    }
}
