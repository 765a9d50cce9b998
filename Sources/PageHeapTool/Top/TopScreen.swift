/// The live view of a process as lines of text: figures, the curve, size classes, and the keys.
struct TopScreen: Sendable {
    let readings: [TopReading]
    let order: TopOrder
    let isPaused: Bool
    /// Why there are no size classes; nil if there are some.
    let missing: String?
    /// What the last key did.
    let message: String?
    let style: TerminalStyle
    let height: Int

    /// The fewest rows in which a curve is drawn, and the rows that it takes beside the plot.
    private static let curveRows = 5
    private static let curveFrame = 3

    /// Returns the lines, no more than fit.
    func lines() -> [String] {
        guard let last = readings.last else { return [] }
        var lines = [style.styled(cut(head(last)), .bold)] + figures(last).map(cut)
        let left = height - lines.count - 2
        let classRows = last.classes.isEmpty ? 1 : min(TopOrder.bytes.sorted(last.classes).count + 1, 9)
        let room = left - classRows - Self.curveFrame
        if room >= Self.curveRows {
            lines += TerminalCurve(
                points: readings.map(\.point), start: readings.first?.seconds ?? 0, end: last.seconds, isDivided: true,
                style: style, height: min(room, TerminalCurve.usualHeight)
            ).lines().prefix(left)
        }
        lines.append("")
        lines += table(last).prefix(max(height - lines.count - 1, 0))
        lines = Array(lines.prefix(max(height - 1, 0)))
        return lines + [style.styled(cut(foot), .faint)]
    }

    /// Shortens a line to the width.
    private func cut(_ line: String) -> String { String(line.prefix(style.width)) }

    private func head(_ reading: TopReading) -> String {
        let name = CommandText.short([reading.snapshot.name], limit: 30)
        let state = isPaused ? ", paused" : ""
        return "\(name), process \(reading.snapshot.process), for \(age(reading))\(state)"
    }

    private func age(_ reading: TopReading) -> String {
        TimeText.describe(seconds: reading.snapshot.heap.seconds(\.age_nanoseconds))
    }

    private func figures(_ reading: TopReading) -> [String] {
        let heap = reading.snapshot.heap
        let goal = heap.optionalBytes(\.goal_bytes).map { "\($0)" } ?? "none"
        let limit = heap.optionalBytes(\.memory_limit_bytes).map { "\($0)" } ?? "none"
        let hard = heap.optionalBytes(\.hard_limit_bytes).map { ", hard \($0)" } ?? ""
        let beyond = reading.excess.map { $0 > .zero ? " (\($0) beyond it)" : "" } ?? ""
        let recent = TimeText.describe(seconds: heap.seconds(\.worker_recent_cpu_nanoseconds))
        return [
            "resident \(reading.snapshot.resident)   in use \(heap.bytes(\.in_use_bytes))   "
                + "live \(heap.bytes(\.live_bytes))   free \(heap.bytes(\.free_retained_bytes))   "
                + "released \(heap.bytes(\.released_bytes))",
            "goal \(goal)\(beyond)   limit \(limit)\(hard)   books \(heap.bytes(\.metadata_bytes))",
            "given back \(heap.bytes(\.returned_bytes_total))   again within 10 s "
                + "\(heap.bytes(\.reused_within_10_seconds_bytes_total))   scavenger's CPU in a minute \(recent)",
            caches(reading),
        ]
    }

    private func caches(_ reading: TopReading) -> String {
        let pages = "page caches \(reading.snapshot.heap.bytes(\.cached_bytes))"
        if reading.classes.isEmpty { return pages }
        let (threads, transfer) = (reading.classes.threadCacheBytes, reading.classes.transferBytes)
        return "threads' caches \(threads)   transfer caches \(transfer)   \(pages)"
    }

    // MARK: Size classes

    private func table(_ reading: TopReading) -> [String] {
        if let missing { return [style.styled(cut(missing), .faint)] }
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
        let release = missing == nil ? "r release now   s sort (by \(order.rawValue))   " : ""
        return "q quit   space \(isPaused ? "go on" : "pause")   \(release)"
    }
}
