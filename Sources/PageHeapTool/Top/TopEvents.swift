import Glibc

/// What the live view waits for: keys, signals, and the time of the next look.
struct TopEvents: Sendable {
    enum Event: Hashable, Sendable {
        case key(TopKey)
        case signal(Int32)
        case time
        /// There will be no more keys.
        case noKeys
    }

    /// Taken one by one, as the supervisor of a run takes them, so no code runs asynchronously.
    private let signals = SignalSet([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGPIPE, SIGTSTP])
    private var hasKeys: Bool

    /// How long a signal waits at most, in seconds: keys and signals cannot be waited for in one place.
    private static let slice = 0.05

    /// - Parameter hasKeys: whether standard input is a terminal, whose keys count.
    init(hasKeys: Bool) {
        self.hasKeys = hasKeys
        _ = signals.block()
    }

    /// Waits until something happens.
    ///
    /// - Parameter limit: seconds until the next look.
    mutating func next(atMost limit: Double) -> [Event] {
        var left = max(limit, 0)
        while true {
            if let arrival = signals.wait(atMost: .zero) { return [.signal(arrival.signal)] }
            var polled = pollfd(fd: hasKeys ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0)
            let time = min(left, Self.slice)
            if poll(&polled, 1, Int32((time * 1000).rounded(.up))) > 0 { return read() }
            left -= time
            if left <= 0 { return [.time] }
        }
    }

    private mutating func read() -> [Event] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
        if count > 0 { return TopKey.keys(in: Array(bytes.prefix(count))).map(Event.key) }
        hasKeys = false
        return [.noKeys]
    }
}
