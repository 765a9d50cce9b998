/// Paces the background scavenger with a controller: sleeps are as long as makes its share of the machine's CPU time
/// the wanted one.
///
/// The ratio of work to sleep is the output of a PI controller whose input is the share really used. Knows no clock:
/// times come from the caller, in nanoseconds.
package struct SleepRatioPacer: Sendable {
    /// The share of the machine's CPU time to use, 0.001 to 1: the ratio of work to sleep goes no lower.
    package let share: Double
    package private(set) var sleepRatio = Tunables.startSleepRatio
    package private(set) var controller = PIController(
        proportionalGain: 0.3375,  // an error of 0.01 in the share moves the ratio by 0.0034
        integralTime: 3.2e6,  // ns
        resetTime: 1e9,  // ns
        minimum: 0.001, maximum: 1000)
    /// Nanoseconds for which the controller is still suspended after it failed.
    package private(set) var cooldown: Int64 = 0
    /// Whether the controller failed since the flag was last taken.
    package private(set) var wasReset = false

    package init(share: Double = Tunables.scavengeShare) { self.share = share }

    /// Returns the work that counts, in nanoseconds: at least a millisecond, plus the expected cost of reuse.
    package static func counted(_ worked: Double) -> Double {
        max(worked, Tunables.minimumWorkNanoseconds) * (1 + ReleaseCosts.reuseRatio)
    }

    /// Returns the nanoseconds to sleep after some work.
    ///
    /// - Parameter worked: nanoseconds, from ``counted(_:)``.
    package func sleepTime(worked: Double) -> Int64 {
        let time = worked / sleepRatio
        return time < 9.2e18 ? Int64(time) : .max
    }

    /// Ends a round, and sets the ratio for the next one.
    ///
    /// - Parameters:
    ///   - worked: nanoseconds, from ``counted(_:)``.
    ///   - slept: nanoseconds, as measured.
    ///   - processors: the number that the process may use, more than 0.
    package mutating func endRound(worked: Double, slept: Int64, processors: Double) {
        if cooldown > 0 {
            let time = slept &+ (worked < 9.2e18 ? Int64(worked) : .max)
            cooldown = time > cooldown ? 0 : cooldown - time
            return
        }
        let period = Double(slept) + worked
        let used = worked / (period * processors)
        if let ratio = controller.next(input: used, setpoint: share, period: period) {
            sleepRatio = ratio
        } else {
            sleepRatio = Tunables.startSleepRatio
            cooldown = Tunables.cooldownNanoseconds
            wasReset = true
        }
    }

    /// Returns whether the controller failed since the last call, and clears the flag.
    package mutating func takeReset() -> Bool {
        defer { wasReset = false }
        return wasReset
    }
}
