/// The pace of the background scavenger: how much to release at a time, and how long to sleep afterwards.
///
/// Releasing memory costs CPU time, most of it in the kernel, and must stay unnoticeable. So the worker is paced by the
/// CPU time that it uses, not by bytes and not by a timetable: it has a share of the machine's CPU time, 1 % by
/// default. It works in short stretches and sleeps in between. There are three ways to keep to the share:
///
/// - ``BudgetPacer``, the default: over any minute. Memory goes at once, and afterwards the worker has little to do.
/// - ``SleepRatioPacer``, the original's: at every moment, by a controller of the ratio of work to sleep.
/// - ``AveragePacer``, the original's older one: of one processor, by a moving average, a physical page at a time.
///
/// Consequences:
///
/// - The speed of release follows its cost: cheap releases, such as those of whole huge pages, give back more bytes per
///   second.
/// - The controller overshoots for seconds on one or two processors, so ``WorkerPace`` adds a bound over any ten
///   seconds (``ShareWindow``).
/// - A stretch ends after a millisecond of work (``ScavengeRun``), and the clock is read once per quantum. Quanta are
///   large while the goal is far, so that reading the clock costs less, and small when it is near, so that a run
///   overshoots by little.
///
/// A worker calls ``quantum(overage:physicalPage:)`` and ``worksOneQuantum`` before a ``ScavengeRun``; if it released
/// something, ``counted(_:)`` and ``sleepTime(worked:)`` after it; and after the sleep
/// ``endRound(worked:slept:processors:)``. A run that released nothing ends in parking and is not reported to the
/// pacer.
package enum Pacer: Sendable {
    case budget(BudgetPacer)
    case controller(SleepRatioPacer)
    case movingAverage(AveragePacer)

    /// - Parameters:
    ///   - kind: how to pace.
    ///   - share: the share of CPU time to use, 0.001 to 1: of one processor with the moving average, of the whole
    ///     machine with the others.
    package init(_ kind: PacerKind = .budget, share: Double = Tunables.scavengeShare) {
        switch kind {
        case .budget: self = .budget(BudgetPacer(share: share))
        case .controller: self = .controller(SleepRatioPacer(share: share))
        case .movingAverage: self = .movingAverage(AveragePacer(share: share))
        }
    }

    /// Whether a run is a single quantum, instead of quanta until a millisecond is worked.
    package var worksOneQuantum: Bool {
        switch self {
        case .budget, .controller: false
        case .movingAverage: true
        }
    }

    /// Returns the bytes to release per quantum.
    ///
    /// - Parameters:
    ///   - overage: bytes retained above the goal.
    ///   - physicalPage: the unit of release in bytes.
    package func quantum(overage: ByteCount, physicalPage: ByteCount) -> ByteCount {
        switch self {
        case .budget, .controller: ScavengeRun.quantum(overage: overage)
        // Exceeded only if huge pages or alignment widen it.
        case .movingAverage: physicalPage
        }
    }

    /// Returns the work that counts, in nanoseconds.
    ///
    /// - Parameter worked: nanoseconds, as measured.
    package func counted(_ worked: Double) -> Double {
        switch self {
        case .budget: worked
        case .controller: SleepRatioPacer.counted(worked)
        case .movingAverage: AveragePacer.counted(worked)
        }
    }

    /// Returns the nanoseconds to sleep after some work.
    ///
    /// - Parameter worked: nanoseconds, from ``counted(_:)``.
    package func sleepTime(worked: Double) -> Int64 {
        switch self {
        case .budget(let pacer): pacer.sleepTime(worked: worked)
        case .controller(let pacer): pacer.sleepTime(worked: worked)
        case .movingAverage(let pacer): pacer.sleepTime(worked: worked)
        }
    }

    /// Ends a round, and sets the pace of the next one.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, from ``counted(_:)``.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: the number that the process may use, more than 0.
    package mutating func endRound(worked: Double, slept: Int64, processors: Double) {
        switch self {
        case .budget: break
        case .controller(var pacer):
            pacer.endRound(worked: worked, slept: slept, processors: processors)
            self = .controller(pacer)
        case .movingAverage(var pacer):
            pacer.endRound(worked: worked, slept: slept)
            self = .movingAverage(pacer)
        }
    }

    /// Returns whether the controller failed since the last call, and clears the flag. The other pacers never fail.
    package mutating func takeReset() -> Bool {
        switch self {
        case .controller(var pacer):
            let wasReset = pacer.takeReset()
            self = .controller(pacer)
            return wasReset
        case .budget, .movingAverage: return false
        }
    }
}

/// The ways to pace the background scavenger.
package enum PacerKind: Sendable {
    /// By a budget for any minute: ``BudgetPacer``.
    case budget
    /// By a PI controller: ``SleepRatioPacer``.
    case controller
    /// By a moving average: ``AveragePacer``.
    case movingAverage
}
