/// How a worker keeps to its share of CPU time: its clock, its pacer, and what it has used. Carried from round to
/// round.
///
/// Knows no clock: readings come from the caller, in nanoseconds.
package struct WorkerPace: Sendable {
    package var clock: WorkerClock
    package private(set) var pacer: Pacer
    /// The CPU time used in the last ten seconds.
    package private(set) var used = ShareWindow()
    private let share: Double
    /// Whether a round has been reported to the pacer.
    private var hasPaced = false
    /// The CPU time of the thread that has been accounted for.
    private var seenProcessorTime: Int64

    /// - Parameters:
    ///   - kind: how to pace.
    ///   - share: the share of CPU time to use, 0.001 to 1.
    ///   - reading: the reading of the system's clock.
    ///   - processorTime: the CPU time that the thread has used before.
    package init(_ kind: PacerKind, share: Double, reading: Int64, processorTime: Int64) {
        clock = WorkerClock(reading: reading)
        pacer = Pacer(kind, share: share)
        self.share = share
        seenProcessorTime = processorTime
    }

    /// Continues in another thread.
    package mutating func resume(reading: Int64, processorTime: Int64) {
        _ = clock.advance(to: reading)
        seenProcessorTime = processorTime
    }

    /// Accounts for the thread's CPU time since the last call.
    ///
    /// - Parameters:
    ///   - total: the thread's CPU time.
    ///   - reading: the reading of the system's clock.
    /// - Returns: the CPU time used since the last call, at least 0.
    package mutating func account(processorTime total: Int64, reading: Int64) -> Int64 {
        let spent = max(0, total &- seenProcessorTime)
        seenProcessorTime = total
        _ = clock.advance(to: reading)
        used.add(spent, at: clock.now)
        let now = clock.now
        changeBudget { $0.add(spent, at: now) }
        return spent
    }

    /// Whether the pacer asks how busy the program is.
    package var asksForProgramTime: Bool { if case .budget = pacer { true } else { false } }

    /// Tells the pacer how busy the program is. The thread's own time has been accounted for.
    ///
    /// - Parameter total: the CPU time of the whole process.
    package mutating func note(processTime total: Int64) {
        let (programTime, now) = (total &- seenProcessorTime, clock.now)
        changeBudget { $0.look(programTime: programTime, at: now) }
    }

    private mutating func changeBudget(_ change: (inout BudgetPacer) -> Void) {
        guard case .budget(var budget) = pacer else { return }
        change(&budget)
        pacer = .budget(budget)
    }

    /// Returns the work that counts for a stretch, and how long to sleep after it, in nanoseconds.
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
    ///   - worked: nanoseconds, as returned by ``sleepTime(after:)``.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: the number that the process may use, more than 0.
    /// - Returns: whether the pacer's controller failed.
    package mutating func endRound(worked: Double, slept: Int64, processors: Double) -> Bool {
        pacer.endRound(worked: worked, slept: slept, processors: processors)
        return pacer.takeReset()
    }

    /// Reports the first round to the pacer although it released nothing. The controller begins with a ratio of a
    /// thousandth; without this it would adapt only during the first second of release, and delay it.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, as measured.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: the number that the process may use, more than 0; evaluated only if needed.
    package mutating func endIdleRound(worked: Double, slept: Int64, processors: @autoclosure () -> Double) {
        guard !hasPaced, case .controller = pacer, slept >= Tunables.cycleNanoseconds / 2 else { return }
        hasPaced = true
        pacer.endRound(worked: pacer.counted(worked), slept: slept, processors: processors())
    }

    /// Returns how long to sleep, in nanoseconds, so that the next stretch cannot exceed the budget of a minute or the
    /// controller's bound over any ten seconds; 0 if the pacer has no such bound.
    ///
    /// - Parameter processors: the number that the process may use, more than 0; evaluated only if needed.
    package mutating func delay(processors: @autoclosure () -> Double) -> Int64 {
        switch pacer {
        case .budget(var budget):
            let delay = budget.delay(processors: processors(), at: clock.now)
            pacer = .budget(budget)
            return delay
        case .controller:
            let machine = Double(ShareWindow.nanoseconds) * processors()
            let bound = machine * share * Tunables.shareTolerance
            return used.delay(
                until: Int64(max(0, min(bound, 9e18) - 2 * Tunables.minimumWorkNanoseconds)), at: clock.now)
        case .movingAverage:
            return 0
        }
    }
}
