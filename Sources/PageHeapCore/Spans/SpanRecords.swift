/// The records of all spans: a flat array, indexed by the page map's entries. It grows downwards, so that a small
/// heap's records lie beside its other metadata.
///
/// Must lie in memory that does not move. A record is guarded as its span is, not by this lock.
package struct SpanRecords: ~Copyable {
    /// The lock of the list of free records.
    private let lock = FutexLock<LockRanks.SpanRecords>()
    private var space: GrowingSpace
    private var limit: Int
    /// The number of records ever handed out, including the first one, which stands for no span. 0 if the heap keeps no
    /// spans.
    package private(set) var usedCount = 0
    /// The first free record; the others are linked through `next`.
    private var firstFree: UInt32 = 0

    /// Reserves room for the records of `limit` spans. The structure must be zeroed.
    ///
    /// - Returns: false if the system refuses.
    mutating func start(limit: Int, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        self.limit = min(limit, PageMapEntry.spanLimit)
        guard let space = GrowingSpace(bytesUsedFromEnd: Self.bytes(self.limit), using: system) else { return false }
        self.space = space
        usedCount = 1
        return true
    }

    mutating func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        if usedCount > 0 { space.cancel(using: system) }
        usedCount = 0
    }

    @inline(__always)
    package func record(_ span: SpanIndex) -> UnsafeMutablePointer<Span> {
        invariant(Self.bytes(Int(bitPattern: span.rawValue)) <= space.accessible, "no such span record")
        let address = space.base &- Self.bytes(Int(bitPattern: span.rawValue)).rawValue
        return UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    /// Returns the bytes of `count` records: the distance from the base down to record number `count`. The first one
    /// has number 1.
    @inline(__always)
    private static func bytes(_ count: Int) -> ByteCount {
        ByteCount(UInt(bitPattern: count &* MemoryLayout<Span>.stride))
    }

    /// Allocates records, linked through `next`: one, and more as long as that takes no memory from the system.
    ///
    /// - Parameter most: the most records to allocate.
    /// - Returns: the first record, how many there are, and the bytes of memory that became accessible for them; nil if
    ///   the system refuses memory or the array is full.
    package mutating func allocate(
        most: Int, using system: borrowing some OperatingSystem & ~Copyable
    ) -> (first: SpanIndex, count: Int, more: ByteCount)? {
        lock.lock()
        defer { lock.unlock() }
        var (first, count): (UInt32, Int) = (0, 0)
        var more: ByteCount = 0
        while count < most {
            let span: UInt32
            if firstFree != 0 {
                span = firstFree
                firstFree = record(SpanIndex(UInt(span))).pointee.next
            } else {
                let isThere = Self.bytes(usedCount) <= space.accessible
                guard usedCount < limit, isThere || count == 0 else { break }
                guard let added = space.cover(Self.bytes(usedCount), step: Tunables.metadataStepBytes, using: system)
                else { break }
                more += added
                span = UInt32(truncatingIfNeeded: usedCount)
                usedCount += 1
            }
            record(SpanIndex(UInt(span))).pointee.next = first
            first = span
            count += 1
        }
        return count == 0 ? nil : (SpanIndex(UInt(first)), count, more)
    }

    /// Tests: skips all records below `index`, as if that many spans existed.
    mutating func skip(to index: Int, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        guard space.cover(Self.bytes(index), using: system) != nil else { return false }
        usedCount = index
        return true
    }

    /// Takes back records that are linked through `next`.
    mutating func deallocate(from first: SpanIndex, to last: SpanIndex) {
        lock.lock()
        record(last).pointee.next = firstFree
        firstFree = UInt32(truncatingIfNeeded: first.rawValue)
        lock.unlock()
    }

    func lockForFork() { lock.lockForFork() }
    func takeLockFromMissingHolder() -> Bool { lock.takeFromMissingHolder() }
    func unlockAfterFork() { lock.unlockAfterFork() }
}

/// The index of a span's record: 32 bits, so that a heap may have 2^32 spans, 32 TiB of the smallest. 0 means no span.
package struct SpanIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    package static var none: SpanIndex { 0 }
}
