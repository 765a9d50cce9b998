/// Paces the background scavenger the older way: after each physical page, a sleep that makes the page's time the wanted
/// share of one processor, corrected by a moving average of the share that was really used.
///
/// Where sleeps last longer than asked for, the average falls below the share and the next ones are asked for shorter.
/// The Go runtime paced so up to 1.17. Against ``SleepRatioPacer``: no least time of work, no controller that can fail,
/// the number of processors does not matter, and the average survives parking. Knows no clock: times come from the
/// caller, in nanoseconds.
package struct AveragePacer: Sendable {
    /// The share of one processor's time to use, 0.001 to 1: the average goes no lower.
    package let share: Double
    /// The share that was used of late.
    package private(set) var average: Double

    package init(share: Double = Tunables.scavengeShare) {
        self.share = share
        average = share
    }

    /// The work that counts, in nanoseconds: with what its re-use will cost, and then no more than the limit. Numbers
    /// that make no sense count as the limit, which gives the longest sleep.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, as measured.
    ///   - reuseCostRatio: what re-use costs beyond the release, as a share of the release.
    package static func counted(_ worked: Double, reuseCostRatio: Double = ReleaseCosts.reuseRatio) -> Double {
        let critical = worked * (1 + reuseCostRatio)
        return critical < Tunables.criticalLimitNanoseconds ? max(critical, 0) : Tunables.criticalLimitNanoseconds
    }

    /// Nanoseconds to sleep after some work.
    ///
    /// - Parameter worked: as ``counted(_:reuseCostRatio:)`` gives it.
    package func sleepTime(worked: Double) -> Int64 {
        let time = worked / share * average / share
        return time < 9.2e18 ? Int64(time) : .max
    }

    /// Takes what the last round came to into the average.
    ///
    /// - Parameters:
    ///   - worked: as ``counted(_:reuseCostRatio:)`` gives it.
    ///   - slept: nanoseconds, as measured; below 0, of a clock that was set back, counts as 0.
    package mutating func endRound(worked: Double, slept: Int64) {
        let period = worked + Double(max(slept, 0))
        // A round without any time, of clocks that stand still, says nothing.
        guard period > 0 else { return }
        let used = max(worked / period, Tunables.averageFloor)
        average = Tunables.averageWeight * used + (1 - Tunables.averageWeight) * average
    }
}
