import Glibc

/// A set of signals that the supervisor's loop blocks and waits for.
///
/// The tool blocks the signals and takes them one by one when it waits. It has no handlers, so no code runs
/// asynchronously, and it changes no disposition that the program would inherit.
struct SignalSet: Sendable {
    private(set) var set = sigset_t()

    init(_ signals: [Int32]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
    }

    /// The set as a number in hexadecimal, with bit 0 for signal 1.
    var hexadecimal: String {
        let bits = (1...64).reduce(UInt64(0)) { contains(Int32($1)) ? $0 | 1 << UInt64($1 - 1) : $0 }
        return String(bits, radix: 16)
    }

    /// The signals that the tool passes on to the program: those that people and service managers send, and whatever else
    /// would end the tool if another process sent it.
    static let forwarded: [Int32] =
        [
            SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXCPU,
            SIGSYS, SIGSTKFLT,
        ]
        + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())

    /// The signals that people and service managers send to end a program.
    static let endRequests: Set<Int32> = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

    /// Those of the signals whose disposition is not inherited as it is that the tool was started with ignored, with bit 0 for signal
    /// 1. The C library's own two, 32 and 33, fit in no set of its. Its first use comes before the tool has SIGCHLD delivered.
    static let ignoredAtStart: UInt64 = {
        let bits = ProcessStatus.own?.ignoredSignals ?? 0
        return [SIGCHLD, 32, 33].reduce(0) { $0 | bits & 1 << UInt64($1 - 1) }
    }()

    /// Has SIGCHLD delivered, also if the tool was started with it ignored: wait4 would return no exit codes.
    static func expectChildren() {
        _ = ignoredAtStart
        signal(SIGCHLD, SIG_DFL)
    }

    /// Blocks the set for this thread, and for those that it starts later. Returns the signals that were blocked before.
    func block() -> SignalSet {
        var before = SignalSet([])
        var wanted = set
        pthread_sigmask(SIG_BLOCK, &wanted, &before.set)
        return before
    }

    func contains(_ signal: Int32) -> Bool {
        var copy = set
        return sigismember(&copy, signal) == 1
    }

    /// Unblocks the set for this thread.
    func unblock() {
        var wanted = set
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Makes the set the one that is blocked for this thread.
    func restore() {
        var wanted = set
        pthread_sigmask(SIG_SETMASK, &wanted, nil)
    }

    /// A signal that has arrived.
    struct Arrival: Hashable, Sendable {
        let signal: Int32
        /// Whether the signal went to the tool and not to the program: another process sent it, as `kill` does. False for ^C in
        /// a terminal, which the kernel sends to the whole foreground group.
        let isForToolAlone: Bool
    }

    /// Waits for a signal of the set. Returns nil if the time is up or the wait was interrupted.
    func wait(atMost limit: Duration) -> Arrival? {
        let nanoseconds = max(limit.inNanoseconds, 0)
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var wanted = set
        var information = siginfo_t()
        let signal = sigtimedwait(&wanted, &information, &time)
        // Of a terminal that is closed, the kernel tells the leader of the session alone.
        let isForLeader = signal == SIGHUP && getsid(0) == getpid()
        return signal > 0 ? Arrival(signal: signal, isForToolAlone: information.si_code <= 0 || isForLeader) : nil
    }
}
