/// The records of all spans: a flat array, indexed by what the span table says.
///
/// Lies in memory that does not move. A record is reached by whoever owns its span, without this lock.
package struct SpanRecords: ~Copyable {
    /// Guards the list of free records.
    private let lock = FutexLock<LockRanks.Metadata>()
    private var records: ReservedArray<Span>
    /// Records ever used; the first one stands for 'no span'. 0 where the heap keeps no spans.
    package private(set) var usedCount = 0
    /// The first free record; the others through `next`.
    private var firstFree: UInt32 = 0
    /// Bytes made accessible for records.
    package private(set) var committedBytes: ByteCount = 0

    /// Makes room for so many spans, in zeroed memory.
    ///
    /// - Returns: false if the system refuses.
    mutating func start(limit: Int, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        guard
            let records = ReservedArray<Span>(count: min(limit, SpanTableEntry.spanLimit), using: system)
        else { return false }
        self.records = records
        usedCount = 1
        return true
    }

    func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        if usedCount > 0 { records.cancel(using: system) }
    }

    @inline(__always)
    package func record(_ span: SpanIndex) -> UnsafeMutablePointer<Span> {
        records.pointer(Int(bitPattern: span.rawValue))
    }

    /// A fresh record, or nothing if the system refuses or the array is full.
    package mutating func allocate(using system: borrowing some OperatingSystem & ~Copyable) -> SpanIndex? {
        lock.lock()
        defer { lock.unlock() }
        if firstFree != 0 {
            let index = Int(firstFree)
            firstFree = records[index].next
            records[index] = Span()
            return SpanIndex(UInt(index))
        }
        guard usedCount < records.count,
            let more = records.makeAccessible(first: usedCount + 1, step: Tunables.metadataStepBytes, using: system)
        else { return nil }
        committedBytes += more
        let index = usedCount
        usedCount += 1
        records[index] = Span()
        return SpanIndex(UInt(index))
    }

    /// Tests: leaves all records below one unused, as if that many spans were there.
    mutating func skip(to index: Int, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        guard records.makeAccessible(first: index, using: system) != nil else { return false }
        usedCount = index
        return true
    }

    package mutating func deallocate(_ span: SpanIndex) {
        lock.lock()
        record(span).pointee.next = firstFree
        firstFree = UInt32(truncatingIfNeeded: span.rawValue)
        lock.unlock()
    }

    func lockForFork() { lock.lockForFork() }
    func takeLockFromMissingHolder() -> Bool { lock.takeFromMissingHolder() }
    func unlockAfterFork() { lock.unlockAfterFork() }
}
