/// The data of one trace line, for readers inside the process: what the scavenger did in a generation that has ended,
/// or in a forced release.
package struct TraceRecord: Sendable {
    /// The generation's number; for a forced release, that of the generation which it began.
    package var generation: UInt32 = 0
    package var isForced = false
    /// Whether the pacer's controller failed during the generation.
    package var wasReset = false
    /// Bytes that the background worker released in it; for a forced release, bytes that the call released.
    package var worked: ByteCount = 0
    /// When it ended: the monotonic clock, in nanoseconds.
    package var time: Int64 = 0
    /// The heap's ledger when it ended.
    package var ledger = HeapLedger()
    package var metadata: ByteCount = 0
    /// The maximum if there was none.
    package var goal: ByteCount = .maximum
    package var limitGoal: ByteCount = .maximum
    /// CPU time of the worker since the heap was set up, in nanoseconds.
    package var workerNanoseconds: UInt64 = 0

    package init() {}

    init(
        generation: UInt32, worked: ByteCount, figures: HeapStatistics, isForced: Bool, wasReset: Bool, time: Int64
    ) {
        self.generation = generation
        self.isForced = isForced
        self.wasReset = wasReset
        self.worked = worked
        self.time = time
        ledger = figures.ledger
        metadata = figures.metadata
        goal = figures.goal
        limitGoal = figures.limitGoal
        workerNanoseconds = figures.workerNanoseconds
    }
}
