import Glibc

/// Watches over a running program: passes signals on, takes samples, and notices its end.
///
/// One thread and one place to wait: the next signal, or the time of the next sample. Signals are blocked all the while
/// and taken there; the end of a child is such a signal too.
struct Supervisor {
    private let program: pid_t
    private let signals: SignalSet
    private let schedule: SampleSchedule
    private let clock = SuspendingClock()
    private let start: SuspendingClock.Instant
    private let residentFloor: ByteCount
    private var sampler: MemorySampler
    private var use = ResourceUse()
    private var endRequest: Int32?

    /// The signals to block before the program is started.
    static let signals = SignalSet(SignalSet.forwarded + [SIGCHLD])

    /// - Parameters:
    ///   - start: when the program was started.
    ///   - residentFloor: a mark of the kernel's up to here says nothing of the program; see `RunOutcome`.
    init(
        program: pid_t, start: SuspendingClock.Instant, interval: Duration, sampler: MemorySampler,
        residentFloor: ByteCount
    ) {
        self.program = program
        self.start = start
        self.sampler = sampler
        self.residentFloor = residentFloor
        signals = Self.signals
        schedule = SampleSchedule(interval: interval)
    }

    /// Returns when the program has ended.
    mutating func run() -> RunOutcome {
        var due = Duration.zero
        while true {
            let now = elapsed
            if now >= due {
                sampler.sample(atSeconds: now.inSeconds)
                let done = elapsed
                due = schedule.next(after: done, cost: done - now)
            }
            guard let arrival = signals.wait(atMost: due - elapsed) else { continue }
            if arrival.signal == SIGCHLD {
                let end = elapsed
                if let ending = reap() { return outcome(ending, wall: end) }
            } else {
                pass(arrival)
            }
        }
    }

    private var elapsed: Duration { start.duration(to: clock.now) }

    /// A terminal tells the whole foreground group; passing that on would tell the program twice.
    private mutating func pass(_ arrival: SignalSet.Arrival) {
        if SignalSet.endRequests.contains(arrival.signal) { endRequest = arrival.signal }
        if arrival.wasSentByProcess { kill(program, arrival.signal) }
    }

    /// Takes leave of all children that ended, adopted ones included. Returns how the program ended, if it did.
    private mutating func reap() -> ProcessEnding? {
        var ending: ProcessEnding?
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let process = wait4(-1, &status, WNOHANG, &usage)
            if process < 0, errno == EINTR { continue }
            guard process > 0 else { return ending }
            use += ResourceUse(usage)
            if process == program { ending = ProcessEnding(waitStatus: status) }
        }
    }

    private mutating func outcome(_ ending: ProcessEnding, wall: Duration) -> RunOutcome {
        let heap = sampler.finish()
        let left = ProcessTree.descendants(of: getpid()).count { ProcessIdentity(of: $0) != nil }
        return RunOutcome(
            ending: ending, wallSeconds: wall.inSeconds, use: use, residentFloor: residentFloor,
            samples: sampler.series.samples, samplesMerged: sampler.series.stride, integral: sampler.integral,
            heap: heap, mostScavengerNanoseconds: sampler.mostScavengerNanoseconds,
            hasHeapFigures: sampler.folder.hasFigures,
            publishingProcesses: sampler.folder.processCount, mostProcesses: sampler.mostProcesses,
            processesLeft: left, unreadableVersion: sampler.folder.otherVersion, endRequest: endRequest)
    }
}
