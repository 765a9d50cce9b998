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
    /// - Parameters:
    ///   - number: the number of records written before it.
    ///   - records: a pointer, because reading an element through its owner would copy the whole array.
    static func place(
        _ number: UInt64, in records: UnsafeMutablePointer<TraceRecords>
    ) -> UnsafeMutablePointer<TraceRecord> {
        withUnsafeMutablePointer(to: &records.pointee.last) {
            UnsafeMutableRawPointer($0).assumingMemoryBound(to: TraceRecord.self)
                + Int(truncatingIfNeeded: number % UInt64(Tunables.traceRecordLimit))
        }
    }
}
