/// Paces the background scavenger the older way: after each physical page it sleeps for as long as makes the work the
/// wanted share of one processor, corrected by a moving average of the share really used.
///
///     sleep = worked / share × average / share
///
/// If sleeps last longer than asked for, the average falls below the share and the next sleeps are shorter. The Go
/// runtime did this up to 1.17. Unlike ``SleepRatioPacer`` it has no least time of work and no controller that can
/// fail, it does not depend on the number of processors, and its average survives parking. Knows no clock: times come
/// from the caller, in nanoseconds.
package struct AveragePacer: Sendable {
    /// The share of one processor's time to use, 0.001 to 1. The average goes no lower than 0.001.
    package let share: Double
    /// The moving average of the share really used.
    package private(set) var average: Double

    package init(share: Double = Tunables.scavengeShare) {
        self.share = share
        average = share
    }

    /// Returns the work that counts, in nanoseconds: the measured work and the expected cost of reuse, at most the
    /// limit. Numbers that make no sense count as the limit, which gives the longest sleep.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, as measured.
    ///   - reuseCostRatio: the extra cost of reuse, as a fraction of the cost of the release.
    package static func counted(_ worked: Double, reuseCostRatio: Double = ReleaseCosts.reuseRatio) -> Double {
        let critical = worked * (1 + reuseCostRatio)
        return critical < Tunables.criticalLimitNanoseconds ? max(critical, 0) : Tunables.criticalLimitNanoseconds
    }

    /// Returns the nanoseconds to sleep after some work.
    ///
    /// - Parameter worked: nanoseconds, from ``counted(_:reuseCostRatio:)``.
    package func sleepTime(worked: Double) -> Int64 {
        let time = worked / share * average / share
        return time < 9.2e18 ? Int64(time) : .max
    }

    /// Adds the last round to the average.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, from ``counted(_:reuseCostRatio:)``.
    ///   - slept: nanoseconds, as measured; negative (a clock that was set back) counts as 0.
    package mutating func endRound(worked: Double, slept: Int64) {
        let period = worked + Double(max(slept, 0))
        // A round of no duration, from a clock that stands still, carries no information.
        guard period > 0 else { return }
        let used = max(worked / period, Tunables.averageFloor)
        average = Tunables.averageWeight * used + (1 - Tunables.averageWeight) * average
    }
}
