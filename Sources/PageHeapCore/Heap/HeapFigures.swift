/// A consistent look at a heap's figures.
package struct HeapFigures: Sendable {
    package var books: HeapBooks
    package var metadata: ByteCount
    package var live: ByteCount
    /// The maximum where the scavenger is off.
    package var goal: ByteCount
    /// The limit on retained memory and metadata, and what they are driven to for it; the maximum where there is none.
    package var memoryLimit: ByteCount
    package var limitGoal: ByteCount
    package var workerNanoseconds: UInt64
    package var workerWakeUps: UInt64
    package var generation: UInt32
    /// Nanoseconds of CPU time that the worker used in the last ten seconds.
    package var workerRecentNanoseconds: UInt64
    /// Times that the pacer's controller failed.
    package var controllerResets: UInt64
    /// Nanoseconds of CPU time that allocations and forced releases spent on releasing.
    package var assistNanoseconds: UInt64
    package var forcedNanoseconds: UInt64
    /// Bytes that were used again within 1, 10 and 60 seconds after their release, about.
    package var reusedWithin1: ByteCount
    package var reusedWithin10: ByteCount
    package var reusedWithin60: ByteCount
    /// How long the heap lock was held, in samples: outside forced releases, and in them.
    package var holds: HoldCounts
    package var forcedHolds: HoldCounts
}
