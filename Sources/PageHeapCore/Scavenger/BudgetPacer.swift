/// Paces the background scavenger by a budget: a share of the machine's CPU time over any minute, spent as soon as it
/// is of use.
///
///     sleep = 3 × worked     while the program's threads run
///     sleep = 0              while they sleep
///     used in any minute ≤ share × processors × 60 s
///
/// Memory that is freed all together is given back all together. A GiB takes about a tenth of a second of CPU time, and
/// on two processors a minute's budget is 1.2 seconds. A controller spreads that work over several seconds to hold its
/// share at every moment; this pacer is done within half a second. Over an hour, both use the same CPU time.
///
/// While threads of the program run, the worker takes at most a quarter of one processor, so that they hardly notice
/// it. While they sleep, nobody misses a whole one. Knows no clock: times come from the caller, in nanoseconds.
package struct BudgetPacer: Sendable {
    /// The share of the machine's CPU time to use, 0.001 to 1.
    package let share: Double
    /// The CPU time used in the last minute.
    private var minute = ShareWindow(nanoseconds: Tunables.budgetNanoseconds)
    /// Whether threads of the program ran for a tenth of one processor's time or more before the last look.
    private var isProgramRunning = true
    private var hasLooked = false
    /// The CPU time of the program's threads, and the time, at the last look.
    private var seenProgramTime: Int64 = 0
    private var seenTime: Int64 = 0

    package init(share: Double = Tunables.scavengeShare) { self.share = share }

    /// Returns the nanoseconds to sleep after some work.
    package func sleepTime(worked: Double) -> Int64 {
        guard isProgramRunning else { return 0 }
        let time = worked * Tunables.runningSleepRatio
        return time < 9.2e18 ? Int64(time) : .max
    }

    /// Accounts for CPU time of the worker.
    package mutating func add(_ spent: Int64, at now: Int64) { minute.add(spent, at: now) }

    /// Looks whether the program's threads run.
    ///
    /// - Parameters:
    ///   - programTime: the CPU time of all threads but the worker's.
    ///   - now: the worker's time.
    package mutating func look(programTime: Int64, at now: Int64) {
        let (ran, passed) = (programTime &- seenProgramTime, now &- seenTime)
        // Too short a time says nothing.
        guard passed >= Int64(Tunables.minimumWorkNanoseconds) / 2 else { return }
        // The first look has nothing to compare with, and a clock that falls says nothing: be careful then.
        isProgramRunning = !hasLooked || ran < 0 || Double(ran) > Double(passed) * Tunables.runningShare
        hasLooked = true
        seenProgramTime = programTime
        seenTime = now
    }

    /// Returns how long to sleep, in nanoseconds, so that the next stretch cannot exceed the budget.
    ///
    /// - Parameter processors: the number that the process may use, more than 0.
    package mutating func delay(processors: Double, at now: Int64) -> Int64 {
        let budget = Double(Tunables.budgetNanoseconds) * processors * share
        return minute.delay(until: Int64(max(0, min(budget, 9e18) - 2 * Tunables.minimumWorkNanoseconds)), at: now)
    }
}
