import Synchronization

/// What the worker has done for one heap, as the heap's statistics tell it. Relaxed, all of it: figures.
package struct WorkerFigures: ~Copyable {
    private let total = Atomic<UInt64>(0)
    private let recent = Atomic<UInt64>(0)
    private let recentEnd = Atomic<Int64>(0)
    private let visits = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)
    private let hasFailed = Atomic<Bool>(false)

    package init() {}

    /// Nanoseconds of CPU time spent on the heap.
    var processorNanoseconds: UInt64 { total.load(ordering: .relaxed) }

    /// Nanoseconds of them in the minute before the last ``note(spent:recent:at:)``; 0 if that was over a minute ago.
    ///
    /// - Parameter now: the system's monotonic clock, in nanoseconds.
    func recentNanoseconds(at now: Int64) -> UInt64 {
        now &- recentEnd.load(ordering: .relaxed) < Tunables.budgetNanoseconds
            ? recent.load(ordering: .relaxed) : 0
    }

    /// The number of times that the worker woke up, by a request or a timeout, and did something for the heap.
    var wakeUps: UInt64 { visits.load(ordering: .relaxed) }

    /// The number of times that the pacer's controller failed.
    var resets: UInt64 { failures.load(ordering: .relaxed) }

    /// Accounts for something that the worker did for the heap.
    ///
    /// - Parameters:
    ///   - spent: nanoseconds of CPU time that it took.
    ///   - recent: nanoseconds spent on the heap in the last minute.
    ///   - reading: the system's monotonic clock, in nanoseconds.
    func note(spent: Int64, recent: Int64, at reading: Int64) {
        total.wrappingAdd(UInt64(max(0, spent)), ordering: .relaxed)
        self.recent.store(UInt64(max(0, recent)), ordering: .relaxed)
        recentEnd.store(reading, ordering: .relaxed)
    }

    func noteWakeUp() { visits.wrappingAdd(1, ordering: .relaxed) }

    /// Counts a failure of the controller, and flags it for the trace.
    func noteReset() {
        hasFailed.store(true, ordering: .relaxed)
        failures.wrappingAdd(1, ordering: .relaxed)
    }

    /// Whether the controller has failed since the last call.
    func takeReset() -> Bool { hasFailed.exchange(false, ordering: .relaxed) }

    /// Begins anew in a forked child.
    func becomeChild() {
        total.store(0, ordering: .relaxed)
        recent.store(0, ordering: .relaxed)
        visits.store(0, ordering: .relaxed)
        failures.store(0, ordering: .relaxed)
        hasFailed.store(false, ordering: .relaxed)
    }
}
