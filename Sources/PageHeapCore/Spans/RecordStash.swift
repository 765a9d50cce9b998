/// A shard's free span records: a few of those that no span has, so that the list of all of them, which the whole process
/// shares, is needed once for many spans.
///
/// Must lie in memory that does not move; valid (empty) when zero-initialised.
struct RecordStash: ~Copyable {
    /// Never held together with the lock of all records, which has the same rank.
    let lock: FutexLock<LockRanks.SpanRecords>
    /// The first record; the others are linked through `next`.
    private var first: UInt32
    private var count: UInt32

    /// Takes a record; `.none` if there is none. Takes the lock.
    mutating func take(_ record: (SpanIndex) -> UnsafeMutablePointer<Span>) -> SpanIndex {
        lock.lock()
        defer { lock.unlock() }
        let span = SpanIndex(UInt(first))
        if span != .none {
            first = record(span).pointee.next
            count -= 1
        }
        return span
    }

    /// Adds records that are linked through `next`, fewer than ``Tunables/recordBatch``. Takes the lock.
    ///
    /// If another thread has added some meanwhile, the stash has more than it keeps, until the next ones are given up.
    mutating func put(_ more: Int, from head: SpanIndex, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>) {
        var last = head
        for _ in 1..<more { last = SpanIndex(UInt(record(last).pointee.next)) }
        lock.lock()
        defer { lock.unlock() }
        record(last).pointee.next = first
        first = UInt32(truncatingIfNeeded: head.rawValue)
        count += UInt32(truncatingIfNeeded: more)
    }

    /// Adds a record. Takes the lock.
    ///
    /// - Returns: the first and the last of some records to be given up, linked through `next`; nil if there is room.
    mutating func put(
        _ span: SpanIndex, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) -> (first: SpanIndex, last: SpanIndex)? {
        lock.lock()
        defer { lock.unlock() }
        invariant(record(span).pointee.nextTouched == 0, "a span that is given up is among the touched of its list")
        record(span).pointee.next = first
        first = UInt32(truncatingIfNeeded: span.rawValue)
        count += 1
        if count < 2 * Tunables.recordBatch { return nil }
        var last = span
        for _ in 1..<Tunables.recordBatch { last = SpanIndex(UInt(record(last).pointee.next)) }
        first = record(last).pointee.next
        count -= Tunables.recordBatch
        return (span, last)
    }
}
