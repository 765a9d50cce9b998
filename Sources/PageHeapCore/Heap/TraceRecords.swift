import Synchronization

/// A ring of the most recent trace records, for readers that poll. Valid when zero-initialised.
///
/// Lies in memory that does not move, next to the heap's ``LockedPages``, whose lock guards it.
struct TraceRecords: ~Copyable {
    /// The number of readers; without any, no records are written. Relaxed: a reader sees generations that end after it
    /// registered.
    let readers: Atomic<UInt32>
    /// The number of records ever written. The most recent ones are kept, as many as there is room for.
    var written: UInt64
    private var last: InlineArray<16, TraceRecord>

    /// The place of a record.
    ///
    /// - Parameter number: the number of records written before it.
    static func place(
        _ number: UInt64, in records: UnsafeMutablePointer<TraceRecords>
    ) -> UnsafeMutablePointer<TraceRecord> {
        withUnsafeMutablePointer(to: &records.pointee.last) {
            InPlace($0)[Int(truncatingIfNeeded: number % UInt64(Tunables.traceRecordLimit))]
        }
    }
}

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
