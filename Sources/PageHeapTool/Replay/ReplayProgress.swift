import PageHeapReplay

/// What is said of a replay that takes longer than two seconds: one line that is rewritten on a terminal, or otherwise a line
/// every ten seconds.
struct ReplayProgress {
    let rewrites: Bool
    private let clock = SuspendingClock()
    private var start: SuspendingClock.Instant
    private var due = Duration.seconds(2)
    private var isShown = false

    init(rewrites: Bool) {
        self.rewrites = rewrites
        start = clock.now
    }

    /// Returns the text to write now; nil for none.
    ///
    /// - Parameters:
    ///   - what: the policy or the allocator.
    ///   - part: how much of the trace has been read, 0 to 1; nil if unknown.
    mutating func text(_ what: String, events: UInt64, part: Double?) -> String? {
        let elapsed = start.duration(to: clock.now)
        guard elapsed >= due else { return nil }
        due = elapsed + (rewrites ? .milliseconds(200) : .seconds(10))
        isShown = true
        let share = part.map { ", \(TimeText.share($0, of: 1)) of the trace" } ?? ""
        let line = "pageheap: \(what): \(KeyFigure.grouped(events)) events\(share)"
        return rewrites ? "\r\u{1b}[K\(line)" : "\(line)\n"
    }

    /// The text that removes a line that is rewritten.
    var end: String { rewrites && isShown ? "\r\u{1b}[K" : "" }
}
