import Synchronization

/// CPU time that callers, not the worker, have spent on releasing memory. Relaxed: figures. Valid when
/// zero-initialised.
struct ReleaseTimes: ~Copyable {
    private let assist: Atomic<UInt64>
    private let forced: Atomic<UInt64>

    /// Nanoseconds spent by allocations, to offset growth or for the memory limit.
    var assistNanoseconds: UInt64 { assist.load(ordering: .relaxed) }

    /// Nanoseconds spent by forced releases.
    var forcedNanoseconds: UInt64 { forced.load(ordering: .relaxed) }

    func addAssist(_ nanoseconds: UInt64) { assist.wrappingAdd(nanoseconds, ordering: .relaxed) }

    func addForced(_ nanoseconds: UInt64) { forced.wrappingAdd(nanoseconds, ordering: .relaxed) }

    /// Begins anew, in a child of a fork.
    func becomeChild() {
        assist.store(0, ordering: .relaxed)
        forced.store(0, ordering: .relaxed)
    }
}
