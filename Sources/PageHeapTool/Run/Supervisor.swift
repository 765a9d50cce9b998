import Glibc

/// Supervises a running program: passes signals on, takes samples, follows the program's stops, and detects its end.
///
/// It works in one thread, which waits in one place: for the next signal, or for the time of the next sample. Signals are
/// always blocked and are taken there, including SIGCHLD.
struct Supervisor: ~Copyable {
    private let program: pid_t
    private let signals: SignalSet
    private let schedule: SampleSchedule
    private let clock = SuspendingClock()
    private let start: SuspendingClock.Instant
    private let residentFloor: ByteCount
    private var sampler: MemorySampler
    /// nil if no maps are to be taken.
    private var maps: MapTaker?
    private var use = ResourceUse()
    private var endRequest: Int32?
    private var stop: JobStop
    private let observer: (any RunObserver)?

    /// The signals to block before the program is started.
    static let signals = SignalSet(SignalSet.forwarded + [SIGCHLD, SIGCONT])

    /// The signals that were blocked when the tool was started. Its first use blocks ``signals``, and those of writing to a
    /// closed pipe or past a limit: what is written is of less importance than the program's exit code. A signal that
    /// arrives before the program has started is passed on as soon as it has.
    static let signalsBlockedAtStart = SignalSet(
        SignalSet.forwarded + [SIGCHLD, SIGCONT, SIGPIPE, SIGXFSZ]
    ).block()

    /// - Parameters:
    ///   - child: the program.
    ///   - start: the time when the program was started.
    ///   - maps: takes maps of the largest heap, if there are to be any.
    ///   - observer: what follows the run; nil if nothing does.
    init(
        _ child: ChildProcess, start: SuspendingClock.Instant, interval: Duration, sampler: MemorySampler,
        maps: consuming MapTaker? = nil, observer: (any RunObserver)? = nil
    ) {
        program = child.identifier
        stop = JobStop(of: child.identifier)
        residentFloor = child.residentFloor
        self.start = start
        self.sampler = sampler
        self.maps = maps
        self.observer = observer
        signals = Self.signals
        schedule = SampleSchedule(interval: interval)
    }

    /// Supervises the program until it has ended.
    mutating func run() -> RunOutcome {
        // Not at once: the program is just being loaded.
        var due = Duration.milliseconds(1)
        while true {
            let now = elapsed
            if now >= due {
                sampler.sample(atSeconds: now.inSeconds, ended: use)
                observer?.sampled(sampler)
                let done = elapsed
                due = schedule.next(after: done, cost: done - now)
            }
            let (time, holders) = (elapsed.inSeconds, sampler.holders)
            let look = maps?.step(atSeconds: time, holders: holders) ?? nil
            let next = look.map { min(due, .seconds($0)) } ?? due
            guard let arrival = signals.wait(atMost: next - elapsed) else { continue }
            switch arrival.signal {
            case SIGCHLD:
                let end = elapsed
                if let ending = reap() { return outcome(ending, wall: end) }
                stop.follow()
            case SIGCONT: stop.goOn()
            default: pass(arrival)
            }
        }
    }

    private var elapsed: Duration { start.duration(to: clock.now) }

    /// Passes a signal on to the program, unless it came from the terminal, which has sent it to the program already.
    private mutating func pass(_ arrival: SignalSet.Arrival) {
        if SignalSet.endRequests.contains(arrival.signal) { endRequest = arrival.signal }
        if arrival.isForToolAlone { kill(program, arrival.signal) }
    }

    /// Reaps all children that have ended, including adopted ones. Returns how the program ended, if it has.
    private mutating func reap() -> ProcessEnding? {
        var ending: ProcessEnding?
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let process = wait4(-1, &status, WNOHANG, &usage)
            if process < 0, errno == EINTR { continue }
            guard process > 0 else { return ending }
            if !sampler.inherited.contains(process) { use += ResourceUse(usage) }
            if process == program { ending = ProcessEnding(waitStatus: status) }
        }
    }

    private mutating func outcome(_ ending: ProcessEnding, wall: Duration) -> RunOutcome {
        let heap = sampler.finish()
        let left = ProcessTree.descendants(of: getpid(), without: sampler.inherited).count {
            ProcessIdentity(of: $0) != nil
        }
        let taken = maps.take()?.finish()
        return RunOutcome(
            process: program, ending: ending, wallSeconds: wall.inSeconds, use: use, residentFloor: residentFloor,
            samples: sampler.series.samples, processHistory: sampler.curves(ended: use),
            samplesTaken: sampler.series.count,
            samplesMerged: sampler.series.stride, integral: sampler.integral,
            heap: heap, heapPeak: sampler.heapPeak, mostScavengerNanoseconds: sampler.mostScavengerNanoseconds,
            hasHeapFigures: sampler.folder.hasFigures,
            publishingProcesses: sampler.folder.processCount, census: sampler.census,
            mostProcesses: sampler.mostProcesses,
            processesLeft: left, unreadableVersion: sampler.folder.otherVersion, endRequest: endRequest,
            maps: taken)
    }
}
