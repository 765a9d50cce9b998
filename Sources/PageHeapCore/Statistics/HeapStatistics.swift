/// A consistent snapshot of a heap's statistics.
package struct HeapStatistics: Sendable {
    package var ledger: HeapLedger
    package var metadata: ByteCount
    package var live: ByteCount
    /// The maximum if the scavenger is off.
    package var goal: ByteCount
    /// The limit on retained memory plus metadata, and the goal that the scavenger derives from it; the maximum if
    /// there is no limit.
    package var memoryLimit: ByteCount
    package var limitGoal: ByteCount
    package var workerNanoseconds: UInt64
    package var workerWakeUps: UInt64
    package var generation: UInt32
    /// Nanoseconds of CPU time that the worker used in the last ten seconds.
    package var workerRecentNanoseconds: UInt64
    /// How often the pacer's controller failed.
    package var controllerResets: UInt64
    /// Nanoseconds of CPU time that assisting allocations and forced releases spent on releasing.
    package var assistNanoseconds: UInt64
    package var forcedNanoseconds: UInt64
    /// Bytes used again within about 1, 10 and 60 seconds after their release.
    package var reusedWithin1: ByteCount
    package var reusedWithin10: ByteCount
    package var reusedWithin60: ByteCount
    /// Sampled hold times of the heap lock, outside forced releases and during them.
    package var holds: HoldCounts
    package var forcedHolds: HoldCounts
}
