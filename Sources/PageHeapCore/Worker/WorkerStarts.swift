import Synchronization

/// The starts of a worker's thread: how many there were, whether one is under way, and what holds them off.
///
/// Everything is changed under the worker's lock, so relaxed order suffices; only the figures are read without it.
package struct WorkerStarts: ~Copyable {
    /// The number of hold-offs that keep the worker from starting, for example by a fork.
    private let holdOffs = Atomic<UInt32>(0)
    /// Whether a start was claimed whose outcome has not been noted yet.
    private let underWay = Atomic<Bool>(false)
    private let successes = Atomic<UInt64>(0)
    private let refusals = Atomic<UInt64>(0)
    /// The number of refused attempts since the last success.
    private let refusalsInARow = Atomic<UInt32>(0)

    package init() {}

    /// The number of threads started. Needs no lock.
    package var count: UInt64 { successes.load(ordering: .relaxed) }

    /// The number of attempts that the system refused. Needs no lock.
    package var failures: UInt64 { refusals.load(ordering: .relaxed) }

    var isUnderWay: Bool { underWay.load(ordering: .relaxed) }

    func begin() { underWay.store(true, ordering: .relaxed) }

    func succeed() {
        underWay.store(false, ordering: .relaxed)
        successes.wrappingAdd(1, ordering: .relaxed)
        refusalsInARow.store(0, ordering: .relaxed)
    }

    /// Notes that the system has refused the thread.
    ///
    /// - Returns: nanoseconds until the next attempt, twice as many as the last time.
    func fail() -> Int64 {
        underWay.store(false, ordering: .relaxed)
        refusals.wrappingAdd(1, ordering: .relaxed)
        let before = refusalsInARow.wrappingAdd(1, ordering: .relaxed).oldValue
        return Tunables.workerRetryNanoseconds &<< Int64(min(before, Tunables.workerRetryDoublings))
    }

    var isHeldOff: Bool { holdOffs.load(ordering: .relaxed) != 0 }

    func holdOff() { holdOffs.wrappingAdd(1, ordering: .relaxed) }

    /// Ends a hold-off.
    ///
    /// - Returns: whether it was the last one.
    func endHoldOff() -> Bool {
        isHeldOff && holdOffs.wrappingSubtract(1, ordering: .relaxed).newValue == 0
    }

    /// Begins anew in a forked child: nothing is under way there, and its totals are its own.
    func becomeChild() {
        successes.store(0, ordering: .relaxed)
        refusals.store(0, ordering: .relaxed)
        holdOffs.store(0, ordering: .relaxed)
        underWay.store(false, ordering: .relaxed)
        refusalsInARow.store(0, ordering: .relaxed)
    }
}
