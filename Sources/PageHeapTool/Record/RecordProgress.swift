import Glibc
import PageHeapTrace

/// Shows on a terminal how a recording grows, if it takes more than two seconds: one line that is rewritten.
struct RecordProgress {
    /// nil if nothing is to be shown.
    private let path: String?
    private let clock = SuspendingClock()
    private let start: SuspendingClock.Instant
    private var due = Duration.seconds(2)
    private var countDue = Duration.zero
    private var events: UInt64 = 0
    private var isShown = false

    /// Seconds between two lines.
    private static let interval = Duration.milliseconds(500)
    /// The part of the time that counting events may take.
    private static let share = 100

    /// - Parameters:
    ///   - path: of the trace.
    ///   - isWanted: whether there is a terminal on which a line can be rewritten.
    init(path: String, isWanted: Bool) {
        self.path = isWanted ? path : nil
        start = clock.now
    }

    /// Returns the text to write now; nil for none.
    mutating func text() -> String? {
        let elapsed = start.duration(to: clock.now)
        guard let path, elapsed >= due else { return nil }
        due = elapsed + Self.interval
        if elapsed >= countDue, let trace = try? TraceReader(path: path) {
            events = trace.closedEvents
            countDue = elapsed + (start.duration(to: clock.now) - elapsed) * Self.share
        }
        isShown = true
        var status = stat()
        let bytes = stat(path, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
        let time = TimeText.describe(seconds: elapsed.inSeconds)
        return "\r\u{1b}[Kpageheap: recorded for \(time), \(ByteCount(bytes)), \(KeyFigure.grouped(events)) events"
    }

    /// The text that removes the line.
    var end: String { isShown ? "\r\u{1b}[K" : "" }
}
