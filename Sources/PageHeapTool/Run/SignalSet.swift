import Glibc

/// A set of signals, and the calls that the run's single loop makes with it.
///
/// The tool blocks what it wants to hear of and takes signals one by one where it waits: no handlers, so no code that
/// runs at odd moments, and no disposition is changed that a program would inherit.
struct SignalSet {
    private(set) var set = sigset_t()

    init(_ signals: [Int32]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
    }

    /// What a program can be told through the tool: everything that people and service managers send.
    static let forwarded: [Int32] =
        [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM]
        + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())

    /// Those that people and service managers send to end a program.
    static let endRequests: Set<Int32> = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

    /// Blocks the set for this thread, and so for the whole tool, which has but one. Returns what was blocked before.
    func block() -> SignalSet {
        var before = SignalSet([])
        var wanted = set
        pthread_sigmask(SIG_BLOCK, &wanted, &before.set)
        return before
    }

    /// One signal that arrived.
    struct Arrival: Hashable, Sendable {
        let signal: Int32
        /// Another process sent it to the tool, as `kill` does. A terminal's ^C is not of these: the kernel sends it to
        /// the whole foreground group, the program included.
        let wasSentByProcess: Bool
    }

    /// Waits for one of the set; nil when the time is over, or when the wait was interrupted.
    func wait(atMost limit: Duration) -> Arrival? {
        let nanoseconds = max(limit.inNanoseconds, 0)
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var wanted = set
        var information = siginfo_t()
        let signal = sigtimedwait(&wanted, &information, &time)
        return signal > 0 ? Arrival(signal: signal, wasSentByProcess: information.si_code <= 0) : nil
    }
}
