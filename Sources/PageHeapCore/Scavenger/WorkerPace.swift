/// How a worker keeps to its share of CPU time: its clock, its pacer, and what it has used. Carried from round to round.
///
/// Knows no clock: readings come from the caller, in nanoseconds.
package struct WorkerPace: Sendable {
    package var clock: WorkerClock
    package private(set) var pacer: Pacer
    /// What was used in the last ten seconds.
    package private(set) var used = ShareWindow()
    private let share: Double
    /// The pacer has been told of a round.
    private var hasPaced = false
    /// The CPU time of the thread that is accounted for.
    private var seenProcessorTime: Int64

    /// - Parameters:
    ///   - kind: the way to pace.
    ///   - share: of CPU time to use, 0.001 to 1.
    ///   - reading: what the system's clock says.
    ///   - processorTime: CPU time that the thread has used before.
    package init(_ kind: PacerKind, share: Double, reading: Int64, processorTime: Int64) {
        clock = WorkerClock(reading: reading)
        pacer = Pacer(kind, share: share)
        self.share = share
        seenProcessorTime = processorTime
    }

    /// Goes on in another thread.
    package mutating func resume(reading: Int64, processorTime: Int64) {
        _ = clock.advance(to: reading)
        seenProcessorTime = processorTime
    }

    /// Takes the thread's CPU time into account.
    ///
    /// - Parameters:
    ///   - total: the thread's CPU time.
    ///   - reading: what the system's clock says.
    /// - Returns: what was used since the last time, at least 0.
    package mutating func account(processorTime total: Int64, reading: Int64) -> Int64 {
        let spent = max(0, total &- seenProcessorTime)
        seenProcessorTime = total
        _ = clock.advance(to: reading)
        used.add(spent, at: clock.now)
        return spent
    }

    /// The work that counts after a stretch, and how long to sleep after it, in nanoseconds.
    ///
    /// - Parameter worked: nanoseconds, as measured.
    package mutating func sleepTime(after worked: Double) -> (worked: Double, sleep: Int64) {
        hasPaced = true
        let counted = pacer.counted(worked)
        return (counted, pacer.sleepTime(worked: counted))
    }

    /// Ends a round of work.
    ///
    /// - Parameters:
    ///   - worked: as ``sleepTime(after:)`` gave it.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: that the process may use, more than 0.
    /// - Returns: whether the pacer's controller failed.
    package mutating func endRound(worked: Double, slept: Int64, processors: Double) -> Bool {
        pacer.endRound(worked: worked, slept: slept, processors: processors)
        return pacer.takeReset()
    }

    /// Tells the pacer of the first round, though it gave nothing: the controller begins with a thousandth, and would
    /// otherwise learn only in the first second of release, for which the heap would wait.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, as measured.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: that the process may use, more than 0; asked for only where it matters.
    package mutating func endIdleRound(worked: Double, slept: Int64, processors: @autoclosure () -> Double) {
        guard !hasPaced, case .controller = pacer, slept >= Tunables.cycleNanoseconds / 2 else { return }
        hasPaced = true
        pacer.endRound(worked: pacer.counted(worked), slept: slept, processors: processors())
    }

    /// How long to sleep so that the next stretch cannot pass the bound on the share of any ten seconds; 0 where the pacer
    /// has no such bound.
    ///
    /// - Parameter processors: that the process may use, more than 0; asked for only where it matters.
    package mutating func delay(processors: @autoclosure () -> Double) -> Int64 {
        guard case .controller = pacer else { return 0 }
        let machine = Double(ShareWindow.nanoseconds) * processors()
        let bound = machine * share * Tunables.shareTolerance
        return used.delay(
            until: Int64(max(0, min(bound, 9e18) - 2 * Tunables.minimumWorkNanoseconds)), at: clock.now)
    }
}
