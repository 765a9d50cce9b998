/// The pace of the background scavenger, by whichever way is configured: how much to release at a time, and how long to
/// sleep afterwards.
///
/// A worker asks in this order: ``quantum(overage:physicalPage:)`` and ``worksOneQuantum`` before a ``ScavengeRun``;
/// where it released something, ``counted(_:)`` and ``sleepTime(worked:)`` after it, and when it has slept,
/// ``endRound(worked:slept:processors:)``. A run that released nothing ends in parking, and the pacer is not told.
package enum Pacer: Sendable {
    case controller(SleepRatioPacer)
    case movingAverage(AveragePacer)

    /// - Parameters:
    ///   - kind: the way to pace.
    ///   - share: of CPU time to use, 0.001 to 1: of the whole machine's with the controller, of one processor's with
    ///     the moving average.
    package init(_ kind: PacerKind = .controller, share: Double = Tunables.scavengeShare) {
        switch kind {
        case .controller: self = .controller(SleepRatioPacer(share: share))
        case .movingAverage: self = .movingAverage(AveragePacer(share: share))
        }
    }

    /// Whether a run of work is one quantum, instead of quanta until a millisecond is worked.
    package var worksOneQuantum: Bool {
        switch self {
        case .controller: false
        case .movingAverage: true
        }
    }

    /// The bytes to release at a time.
    ///
    /// - Parameters:
    ///   - overage: bytes retained above the goal.
    ///   - physicalPage: the unit of release.
    package func quantum(overage: ByteCount, physicalPage: ByteCount) -> ByteCount {
        switch self {
        case .controller: ScavengeRun.quantum(overage: overage)
        // More is released only where huge pages or alignment widen it.
        case .movingAverage: physicalPage
        }
    }

    /// The work that counts, in nanoseconds.
    ///
    /// - Parameter worked: nanoseconds, as measured.
    package func counted(_ worked: Double) -> Double {
        switch self {
        case .controller: SleepRatioPacer.counted(worked)
        case .movingAverage: AveragePacer.counted(worked)
        }
    }

    /// Nanoseconds to sleep after some work.
    ///
    /// - Parameter worked: as ``counted(_:)`` gives it.
    package func sleepTime(worked: Double) -> Int64 {
        switch self {
        case .controller(let pacer): pacer.sleepTime(worked: worked)
        case .movingAverage(let pacer): pacer.sleepTime(worked: worked)
        }
    }

    /// Takes what the last round came to, and sets the pace of the next one.
    ///
    /// - Parameters:
    ///   - worked: as ``counted(_:)`` gives it.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: that the process may use, more than 0.
    package mutating func endRound(worked: Double, slept: Int64, processors: Double) {
        switch self {
        case .controller(var pacer):
            pacer.endRound(worked: worked, slept: slept, processors: processors)
            self = .controller(pacer)
        case .movingAverage(var pacer):
            pacer.endRound(worked: worked, slept: slept)
            self = .movingAverage(pacer)
        }
    }

    /// Answers whether the controller failed, and forgets it. A moving average does not fail.
    package mutating func takeReset() -> Bool {
        switch self {
        case .controller(var pacer):
            let wasReset = pacer.takeReset()
            self = .controller(pacer)
            return wasReset
        case .movingAverage: return false
        }
    }
}
