import Synchronization

/// The last few records of the trace, for readers that look from time to time. Right when it is zero.
///
/// Lies in memory that does not move, beside the heap's ``LockedPages``, whose lock guards it.
struct TraceRecords: ~Copyable {
    /// Readers that there are: without any, nothing is written. Relaxed: a reader sees what ends after it came.
    let readers: Atomic<UInt32>
    /// Records ever written. The last ones, as many as there is room for, are there.
    var written: UInt64
    private var last: InlineArray<16, TraceRecord>

    /// The place of a record, by the number of those before it.
    ///
    /// - Parameter records: a pointer, because reading an element through its owner would copy all of them.
    static func place(
        _ number: UInt64, in records: UnsafeMutablePointer<TraceRecords>
    ) -> UnsafeMutablePointer<TraceRecord> {
        withUnsafeMutablePointer(to: &records.pointee.last) {
            UnsafeMutableRawPointer($0).assumingMemoryBound(to: TraceRecord.self)
                + Int(truncatingIfNeeded: number % UInt64(Tunables.traceRecordLimit))
        }
    }
}
