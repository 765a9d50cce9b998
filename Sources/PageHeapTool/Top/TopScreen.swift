/// A live view as lines of text: figures, the curve, size classes, and the keys.
struct TopScreen: Sendable {
    let reading: TopReading
    let points: [TerminalCurve.Point]
    let order: TopOrder
    let isPaused: Bool
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
        var lines = [style.styled(cut(title), .bold)] + figures().map(cut)
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
        return lines + [style.styled(cut(foot), .faint)]
    }

    /// Shortens a line to the width.
    private func cut(_ line: String) -> String { String(line.prefix(style.width)) }

    private var title: String {
        let others = reading.others > 0 ? " and \(reading.others) more" : ""
        return "\(CommandText.short([reading.name], limit: 30)), process \(reading.process)\(others), for "
            + TimeText.describe(seconds: reading.age) + (isPaused ? ", paused" : "")
    }

    private func figures() -> [String] {
        guard let heap = reading.heap else { return ["resident \(reading.resident)"] }
        let goal = heap.optionalBytes(\.goal_bytes)
        // What may go back.
        let excess = goal.map { heap.retained - $0 } ?? .zero
        let limit = heap.optionalBytes(\.memory_limit_bytes).map { "\($0)" } ?? "none"
        let hard = heap.optionalBytes(\.hard_limit_bytes).map { ", hard \($0)" } ?? ""
        let beyond = excess > .zero ? " (\(excess) beyond it)" : ""
        let recent = TimeText.describe(seconds: heap.seconds(\.worker_recent_cpu_nanoseconds))
        return [
            "resident \(reading.resident)   in use \(heap.bytes(\.in_use_bytes))   "
                + "live \(heap.bytes(\.live_bytes))   free \(heap.bytes(\.free_retained_bytes))   "
                + "released \(heap.bytes(\.released_bytes))",
            "goal \(goal.map { "\($0)" } ?? "none")\(beyond)   limit \(limit)\(hard)   "
                + "books \(heap.bytes(\.metadata_bytes))",
            "given back \(heap.bytes(\.returned_bytes_total))   again within 10 s "
                + "\(heap.bytes(\.reused_within_10_seconds_bytes_total))   scavenger's CPU in a minute \(recent)",
            caches(heap),
        ]
    }

    private func caches(_ heap: HeapFigures) -> String {
        let pages = "page caches \(heap.bytes(\.cached_bytes))"
        if reading.classes.isEmpty { return pages }
        let (threads, transfer) = (reading.classes.threadCacheBytes, reading.classes.transferBytes)
        let process = reading.processOfClasses.map { "   of \($0): " } ?? ""
        let classes = "threads' caches \(threads)   transfer caches \(transfer)"
        // What is of all processes comes first.
        return process.isEmpty ? "\(classes)   \(pages)" : "\(pages)\(process)\(classes)"
    }

    // MARK: Size classes

    private func table() -> [String] {
        if let missing = reading.missing { return [style.styled(cut(missing), .faint)] }
        let head = ["size", "spans", "bytes", "blocks out", "in threads", "in transfer", "free beside", "given back"]
        let rows = order.sorted(reading.classes).map { figures in
            [
                figures.isLarge ? "large" : "\(figures.block)", KeyFigure.grouped(figures.spans), "\(figures.bytes)",
                KeyFigure.grouped(figures.programBlocks), KeyFigure.grouped(figures.threadCacheBlocks),
                KeyFigure.grouped(figures.transferBlocks), "\(figures.pinned)", "\(figures.released)",
            ]
        }
        return TextColumns.lines([head] + rows, left: []).map(cut).enumerated().map { number, line in
            number == 0 ? style.styled(line, .bold) : line
        }
    }

    private var foot: String {
        if let message { return message }
        let release = reading.missing == nil ? "r release now   s sort (by \(order.rawValue))   " : ""
        return "\(endingKeys)   space \(isPaused ? "go on" : "pause")   \(release)"
    }
}
