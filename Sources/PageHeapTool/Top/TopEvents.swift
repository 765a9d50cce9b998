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

    /// The signals of a view that has the tool for itself.
    /// Every signal that would end it is among them, because the terminal must be given back first.
    static let all = SignalSet(
        SignalSet.endRequests + [
            SIGWINCH, SIGPIPE, SIGTSTP, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGVTALRM, SIGPROF, SIGPWR,
        ])

    /// Taken one by one, as the supervisor of a run takes them, so no code runs asynchronously.
    private let signals: SignalSet
    private let keys: Int32
    private var hasKeys: Bool

    /// How long a signal waits at most, in seconds: keys and signals cannot be waited for in one place.
    private static let slice = 0.05

    /// - Parameters:
    ///   - signals: blocked already.
    ///   - keys: a descriptor, whose keys count if it is a terminal.
    init(_ signals: SignalSet, keys: Int32) {
        self.signals = signals
        self.keys = keys
        hasKeys = isatty(keys) == 1
    }

    /// Waits until something happens.
    ///
    /// - Parameters:
    ///   - limit: seconds until the next look.
    ///   - readsKeys: whether the terminal is the view's now.
    ///   - isOver: whether to wait no longer.
    mutating func next(atMost limit: Double, readsKeys: Bool, isOver: () -> Bool) -> [Event] {
        var left = max(limit, 0)
        while true {
            if let arrival = signals.wait(atMost: .zero) { return [.signal(arrival.signal)] }
            var polled = pollfd(fd: hasKeys && readsKeys ? keys : -1, events: Int16(POLLIN), revents: 0)
            let time = min(left, Self.slice)
            if poll(&polled, 1, Int32((time * 1000).rounded(.up))) > 0 { return read() }
            left -= time
            if left <= 0 || isOver() { return [.time] }
        }
    }

    private mutating func read() -> [Event] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(keys, &bytes, bytes.count)
        if count > 0 { return TopKey.keys(in: Array(bytes.prefix(count))).map(Event.key) }
        hasKeys = false
        return [.noKeys]
    }
}
