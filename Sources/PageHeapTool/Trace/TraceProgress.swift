import Glibc

/// Shows on a terminal how much of a file has been read, if that takes more than two seconds.
struct TraceProgress {
    private let clock = SuspendingClock()
    private let start: SuspendingClock.Instant
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last: SuspendingClock.Instant

    init() {
        start = clock.now
        last = start
    }

    mutating func show(_ share: Double) {
        let now = clock.now
        guard isShown, start.duration(to: now) > .seconds(2), last.duration(to: now) > .milliseconds(100) else {
            return
        }
        last = now
        StandardError.write("\r\u{1b}[Kpageheap: \(Int(min(share, 1) * 100)) % read")
    }

    /// Removes the line.
    func finish() {
        if last > start { StandardError.write("\r\u{1b}[K") }
    }
}
