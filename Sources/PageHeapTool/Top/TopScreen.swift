/// A live view as lines of text: figures, the curve, size classes, and the keys.
struct TopScreen: Sendable {
    let reading: TopReading
    let points: [TerminalCurve.Point]
    let order: TopOrder
    let isPaused: Bool
    /// Which page of the words' meanings is shown in place of all else; nil for none.
    var helpPage: Int?
    /// What the last key did.
    let message: String?
    /// What the keys do that end something.
    let endingKeys: String
    let style: TerminalStyle
    let height: Int

    /// The fewest rows in which a curve is drawn, and the rows that it takes beside the plot.
    private static let curveRows = 5
    private static let curveFrame = 3

    /// Returns the lines, no more than fit.
    func lines() -> [String] {
        if let helpPage {
            // There are fewer pages if the terminal has grown since.
            return (helpPages[min(helpPage, helpPages.count - 1)].map(cut) + [foot]).suffix(max(height, 1))
        }
        var lines = [style.styled(cut(title), .bold)] + figures().flatMap(flow)
        let left = height - lines.count - 2
        let classRows = reading.classes.isEmpty ? 1 : min(TopOrder.bytes.sorted(reading.classes).count + 1, 9)
        let room = left - classRows - Self.curveFrame
        if room >= Self.curveRows {
            lines += TerminalCurve(
                points: points, start: points.first?.seconds ?? 0, end: points.last?.seconds ?? 0,
                isDivided: reading.heap != nil, style: style, height: min(room, TerminalCurve.usualHeight)
            ).lines().prefix(left)
        }
        lines.append("")
        lines += table().prefix(max(height - lines.count - 1, 0))
        lines = Array(lines.prefix(max(height - 1, 0)))
        return lines + [foot]
    }

    /// Shortens a line to the width.
    private func cut(_ line: String) -> String { String(line.prefix(style.width)) }

    private var helpPages: [[String]] { TopLegend.pages(width: style.width, rows: height) }

    /// Puts figures into as few lines as they need.
    private func flow(_ figures: [String]) -> [String] {
        var lines: [String] = []
        for figure in figures {
            if let last = lines.last, last.count + Self.gap.count + figure.count <= style.width {
                lines[lines.count - 1] = last + Self.gap + figure
            } else {
                lines.append(cut(figure))
            }
        }
        return lines
    }

    private static let gap = "   "

    private var title: String {
        let others = reading.others > 0 ? " and \(reading.others) more" : ""
        return "\(CommandText.short([reading.name], limit: 30)), process \(reading.process)\(others), for "
            + TimeText.describe(seconds: reading.age) + (isPaused ? ", paused" : "")
    }

    /// Groups of figures. Each begins a line.
    private func figures() -> [[String]] {
        guard let heap = reading.heap else { return [["resident \(reading.resident)"]] }
        let goal = heap.optionalBytes(\.goal_bytes)
        // What may go back.
        let excess = goal.map { heap.retained - $0 } ?? .zero
        let limit = heap.optionalBytes(\.memory_limit_bytes).map { "\($0)" } ?? "none"
        let hard = heap.optionalBytes(\.hard_limit_bytes).map { ", hard \($0)" } ?? ""
        let beyond = excess > .zero ? " (\(excess) beyond it)" : ""
        let recent = TimeText.describe(seconds: heap.seconds(\.worker_recent_cpu_nanoseconds))
        return [
            [
                "resident \(reading.resident)", "in use \(heap.bytes(\.in_use_bytes))",
                "blocks \(heap.bytes(\.live_bytes))", "free \(heap.bytes(\.free_retained_bytes))",
                "released \(heap.bytes(\.released_bytes))",
            ],
            [
                "goal \(goal.map { "\($0)" } ?? "none")\(beyond)", "limit \(limit)\(hard)",
                "metadata \(heap.bytes(\.metadata_bytes))",
            ],
            [
                "given back \(heap.bytes(\.returned_bytes_total))",
                "again within 10 s \(heap.usedAgain)",
                "scavenger's CPU in a minute \(recent)",
            ],
            caches(heap),
        ]
    }

    private func caches(_ heap: HeapFigures) -> [String] {
        let pages = "page caches \(heap.bytes(\.cached_bytes))"
        if reading.classes.isEmpty { return [pages] }
        let classes = [
            "threads' caches \(reading.classes.threadCacheBytes)", "transfer caches \(reading.classes.transferBytes)",
        ]
        // What is of all processes comes first.
        guard let process = reading.processOfClasses else { return classes + [pages] }
        return [pages, "of \(process): \(classes[0])", classes[1]]
    }

    // MARK: Size classes

    private func table() -> [String] {
        if let missing = reading.missing { return [style.styled(cut(missing), .faint)] }
        let head = ["size", "spans", "bytes", "blocks out", "in threads", "in transfer", "beside blocks", "given back"]
        let rows = order.sorted(reading.classes).map { figures in
            [
                figures.isLarge ? "large" : "\(figures.block)", KeyFigure.grouped(figures.spans), "\(figures.bytes)",
                KeyFigure.grouped(figures.programBlocks), KeyFigure.grouped(figures.threadCacheBlocks),
                KeyFigure.grouped(figures.transferBlocks), "\(figures.pinned)", "\(figures.released)",
            ]
        }
        return fitting([head] + rows).map(cut).enumerated().map { number, line in
            number == 0 ? style.styled(line, .bold) : line
        }
    }

    /// Lays rows out, without the last columns if the terminal is too narrow for them.
    private func fitting(_ rows: [[String]]) -> [String] {
        var rows = rows
        while true {
            let lines = TextColumns.lines(rows, left: [])
            if rows[0].count <= 3 || lines.allSatisfy({ $0.count <= style.width }) { return lines }
            rows = rows.map { $0.dropLast() }
        }
    }

    /// What the last key did, or as many keys as fit.
    private var foot: String {
        var keys = [endingKeys, isPaused ? "space go on" : "space pause"]
        if reading.missing == nil { keys += ["r release now", "s sort (by \(order.rawValue))"] }
        let help = helpPage.map { $0 + 1 < helpPages.count ? "h more" : "h back" } ?? "h help"
        let all = helpPage == nil ? [keys[0], help] + keys.dropFirst() : [help] + keys.prefix(1)
        let text = message ?? flow(all).first ?? ""
        return style.styled(cut(text), .faint)
    }
}
