import FoundationEssentials
import PageHeapTrace

/// A trace's summary as text for people.
struct TraceSummaryText {
    let summary: TraceSummary
    let style: TerminalStyle
    /// Whether the summary is of all processes in the file, so that it has the file's size.
    var isOfWholeFile = true
    /// How many processes are shown at most: those with the most events.
    var mostProcesses = Int.max

    /// How many processes are shown if not all are to be.
    static let usualProcesses = 10

    func text() -> String {
        let count = summary.processes.count
        var head =
            "\(style.styled(summary.file, .bold)): \(KeyFigure.grouped(summary.events)) events of \(count) "
            + "\(count == 1 ? "process" : "processes")"
        if isOfWholeFile, summary.events > 0 {
            let perEvent = Double(summary.fileBytes) / Double(summary.events)
            head += ", \(ByteCount(summary.fileBytes)), \(NumberText.fixed(perEvent, places: 1)) bytes per event"
        }
        var lines = [head]
        for remark in TraceRemarks.remarks(on: summary.losses) {
            lines += WrappedText.lines(remark, width: style.width).map { style.styled($0, .warning) }
        }
        let shown = self.shown
        for process in shown { lines += [""] + Self.lines(process, style) }
        if shown.count < count {
            let rest = summary.events - shown.reduce(0) { $0 + $1.tally.events }
            let others = count - shown.count
            let text =
                "\(others) more \(others == 1 ? "process has" : "processes have") \(KeyFigure.grouped(rest)) "
                + "\(rest == 1 ? "event" : "events"); --all shows all, --process N one"
            lines += [""] + WrappedText.lines(text, width: style.width).map { style.styled($0, .faint) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The processes to show, in the order of their beginnings.
    private var shown: [TraceSummary.Process] {
        if summary.processes.count <= mostProcesses { return summary.processes }
        // Of equals the earlier ones.
        return summary.processes.sorted { ($1.tally.events, $0.process.number) < ($0.tally.events, $1.process.number) }
            .prefix(mostProcesses).sorted { $0.process.number < $1.process.number }
    }

    private static func lines(_ process: TraceSummary.Process, _ style: TerminalStyle) -> [String] {
        let tally = process.tally
        var title = "process \(process.process.number): \(style.styled(process.process.name, .bold))"
        if process.process.identifier != 0 { title += " (\(process.process.identifier))" }
        if let parent = process.process.forkedFrom { title += ", forked from process \(parent)" }
        let seconds = Double(tally.duration) * 1e-9
        let rate = seconds > 0 ? "\(KeyFigure.grouped(UInt64(Double(tally.events) / seconds))) per second" : ""
        let shares = [0.5, 0.9, 0.99]
        func quantiles(_ histogram: SizeHistogram, _ text: (UInt64) -> String) -> String {
            guard histogram.total > 0 else { return "-" }
            return zip(["half", "90 %", "99 %"], shares).map { "\($0) \(text(histogram.bound(of: $1)))" }
                .joined(separator: ", ")
        }
        var rows: [[String]] = [
            ["events", "\(KeyFigure.grouped(tally.events)) in \(lifetime(tally.duration))", rate],
            ["threads", "\(process.process.threadCount)", "\(tally.threadEnds) ended"],
            [
                "allocations", KeyFigure.grouped(tally.allocations),
                "\(KeyFigure.grouped(tally.zeroedAllocations)) zeroed, "
                    + "\(KeyFigure.grouped(tally.alignedAllocations)) aligned",
            ],
            ["reallocations", KeyFigure.grouped(tally.reallocations), ""],
            ["frees", KeyFigure.grouped(tally.frees), "\(KeyFigure.grouped(tally.unknownFrees)) of unknown blocks"],
            ["allocated", "\(ByteCount(tally.allocatedBytes))", "in all"],
            [
                "peak live", "\(ByteCount(tally.peakLiveBytes))",
                "after \(TimeText.describe(seconds: Double(tally.peakTime) * 1e-9))",
            ],
            ["live at the end", "\(ByteCount(tally.liveBytes))", "\(tally.liveBlocks) blocks"],
        ]
        rows.append(["sizes", quantiles(tally.sizes) { "≤ \(ByteCount($0))" }, ""])
        rows.append(["lifetimes", quantiles(tally.lifetimes) { knownLifetime($0) }, ""])
        let width = rows.map { $0[0].count }.max() ?? 0
        return [title]
            + rows.map { row in
                let label = row[0] + String(repeating: " ", count: width - row[0].count)
                let note = row[2].isEmpty ? "" : "  \(style.styled(row[2], .faint))"
                return "  \(label)  \(row[1])\(note)"
            }
    }

    /// Lifetimes of 0 are of blocks that were freed before the clock was read again.
    private static func knownLifetime(_ bound: UInt64) -> String {
        bound <= 1 ? "within 32 events" : "≤ \(lifetime(bound))"
    }

    private static func lifetime(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1000: "\(nanoseconds) ns"
        case ..<1_000_000: "\(NumberText.significant(Double(nanoseconds) * 1e-3, digits: 3)) µs"
        case ..<1_000_000_000: "\(NumberText.significant(Double(nanoseconds) * 1e-6, digits: 3)) ms"
        default: TimeText.describe(seconds: Double(nanoseconds) * 1e-9)
        }
    }
}
