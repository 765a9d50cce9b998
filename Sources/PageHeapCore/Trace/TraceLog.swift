import Synchronization

/// The trace of a heap: whether lines are printed, and the most recent records, for readers in the process that poll.
///
/// Must lie in memory that does not move, beside the heap's ``LockedPages``, whose lock guards the records. Valid when
/// zero-initialised: no trace.
package struct TraceLog: ~Copyable {
    /// The raw value of the ``TraceKind``. Relaxed: it may change at any time.
    private let kindValue: Atomic<UInt8>
    /// The number of readers; without any, no records are written. Relaxed: a reader sees generations that end after it
    /// registered.
    private let readers: Atomic<UInt32>
    /// The number of records ever written. The most recent ones are kept, as many as there is room for.
    private(set) var written: UInt64
    private var last: InlineArray<16, TraceRecord>

    /// Whether and how generations are reported on standard error. Needs no lock.
    var kind: TraceKind { TraceKind(rawValue: kindValue.load(ordering: .relaxed)) ?? .none }

    /// Sets ``kind``. Needs no lock.
    func set(_ kind: TraceKind) { kindValue.store(kind.rawValue, ordering: .relaxed) }

    /// Whether anybody reads records. Needs no lock.
    var hasReaders: Bool { readers.load(ordering: .relaxed) != 0 }

    /// Whether a generation must be reported. Needs no lock.
    var isWanted: Bool { kind != .none || hasReaders }

    func addReader() { readers.wrappingAdd(1, ordering: .relaxed) }

    func removeReader() { readers.wrappingSubtract(1, ordering: .relaxed) }

    /// Keeps a record, overwriting the oldest. The caller holds the heap lock.
    static func append(_ record: TraceRecord, to log: UnsafeMutablePointer<TraceLog>) {
        place(log.pointee.written, in: log).pointee = record
        log.pointee.written &+= 1
    }

    /// Returns the oldest record that is still kept and that a reader has not seen. The caller holds the heap lock.
    ///
    /// - Parameter next: the number of records written before the first one that the reader has not seen.
    /// - Returns: the record and the number of records written before it, which is more than `next` if some were lost;
    ///   nil if there is no new record.
    static func record(
        from next: UInt64, in log: UnsafeMutablePointer<TraceLog>
    ) -> (number: UInt64, record: TraceRecord)? {
        let written = log.pointee.written
        guard next < written else { return nil }
        let limit = UInt64(Tunables.traceRecordLimit)
        let number = max(next, written > limit ? written - limit : 0)
        return (number, place(number, in: log).pointee)
    }

    private static func place(
        _ number: UInt64, in log: UnsafeMutablePointer<TraceLog>
    ) -> UnsafeMutablePointer<TraceRecord> {
        withUnsafeMutablePointer(to: &log.pointee.last) {
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
