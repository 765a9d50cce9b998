/// The large-block cache of a shard: freed large blocks of up to 256 KiB, kept for requests of their size or somewhat less,
/// in a list per number of pages. To the page allocator they are in use.
///
/// A large block costs the page allocator some thousand instructions, a search of the tree among them, and programs
/// that allocate and free buffers of tens of KiB do little else. If the cache is full, the blocks that have been in it
/// longest make room. The worker removes blocks that were not needed since its last look, so none stays for longer than
/// two cycles.
///
/// Must lie in memory that does not move; valid (empty) when zero-initialised.
package struct LargeBlockCache: ~Copyable {
    /// The cached blocks of one number of pages.
    private struct Bin {
        /// The block freed last; the others are linked through the records' `next` and `previous`.
        var first: UInt32 = 0
        var count: UInt16 = 0
        /// The smallest `count` since the worker's last look: the blocks that were not needed.
        var fewest: UInt16 = 0
    }

    package let lock: FutexLock<LockRanks.SizeClass>
    /// The block that has been here longest; the others follow in the ring through `nextTouched` and `previousTouched`.
    private var oldest: UInt32
    private var bins: InlineArray<33, Bin>
    /// Bytes of all cached blocks.
    private var bytes: ByteCount

    private static var mostPages: Int { Int(bitPattern: Tunables.largeCachePages.rawValue) }

    /// Whether blocks of this many pages may be cached.
    @inline(__always)
    static func keeps(_ pages: PageCount) -> Bool { pages <= Tunables.largeCachePages }

    /// The numbers of pages of the blocks that may serve a request.
    static func sizes(serving pages: PageCount) -> ClosedRange<Int> {
        let least = Int(bitPattern: pages.rawValue)
        return least...min(least + least / Tunables.largeCacheSlack, mostPages)
    }

    /// Takes the smallest cached block of some sizes, the one that was freed last. The caller holds the lock.
    ///
    /// - Parameter sizes: in pages.
    /// - Returns: the block; `.none` if there is none.
    mutating func take(
        _ sizes: ClosedRange<Int>, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) -> SpanIndex {
        for number in sizes where bins[number].first != 0 {
            let index = SpanIndex(UInt(bins[number].first))
            remove(index, record)
            bins[number].fewest = min(bins[number].fewest, bins[number].count)
            // Only now: a block on its way to the page allocator stays marked, so that a second free of it is noticed.
            Span.markUsed(record(index))
            return index
        }
        return .none
    }

    /// Caches a block that is marked as free. The caller holds the lock.
    ///
    /// - Parameter limit: the most bytes that the cache may hold; more than any one block has.
    /// - Returns: the first of the blocks that made room, linked through `next`; `.none` if there was room.
    mutating func keep(
        _ index: SpanIndex, limit: ByteCount, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) -> SpanIndex {
        var givenUp: UInt32 = 0
        let span = record(index)
        while bytes + span.pointee.bytes > limit && oldest != 0 {
            let old = SpanIndex(UInt(oldest))
            let number = Int(record(old).pointee.pages)
            remove(old, record)
            bins[number].fewest = min(bins[number].fewest, bins[number].count)
            record(old).pointee.next = givenUp
            givenUp = UInt32(truncatingIfNeeded: old.rawValue)
        }
        add(index, span, record)
        return SpanIndex(UInt(givenUp))
    }

    private mutating func add(
        _ index: SpanIndex, _ span: UnsafeMutablePointer<Span>, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) {
        let own = UInt32(truncatingIfNeeded: index.rawValue)
        let number = Int(span.pointee.pages)
        span.pointee.next = bins[number].first
        span.pointee.previous = 0
        if bins[number].first != 0 { record(SpanIndex(UInt(bins[number].first))).pointee.previous = own }
        bins[number].first = own
        bins[number].count += 1
        bytes += span.pointee.bytes
        if oldest == 0 {
            oldest = own
            span.pointee.nextTouched = own
            span.pointee.previousTouched = own
        } else {
            let last = record(SpanIndex(UInt(oldest))).pointee.previousTouched
            span.pointee.nextTouched = oldest
            span.pointee.previousTouched = last
            record(SpanIndex(UInt(last))).pointee.nextTouched = own
            record(SpanIndex(UInt(oldest))).pointee.previousTouched = own
        }
    }

    private mutating func remove(_ index: SpanIndex, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>) {
        let own = UInt32(truncatingIfNeeded: index.rawValue)
        let span = record(index)
        let number = Int(span.pointee.pages)
        if span.pointee.previous == 0 {
            bins[number].first = span.pointee.next
        } else {
            record(SpanIndex(UInt(span.pointee.previous))).pointee.next = span.pointee.next
        }
        if span.pointee.next != 0 {
            record(SpanIndex(UInt(span.pointee.next))).pointee.previous = span.pointee.previous
        }
        bins[number].count -= 1
        bytes -= span.pointee.bytes
        let (next, previous) = (span.pointee.nextTouched, span.pointee.previousTouched)
        record(SpanIndex(UInt(previous))).pointee.nextTouched = next
        record(SpanIndex(UInt(next))).pointee.previousTouched = previous
        if oldest == own { oldest = next == own ? 0 : next }
        span.pointee.nextTouched = 0
        span.pointee.previousTouched = 0
    }

    /// Takes a block that was not needed since the worker's last look. The caller holds the lock.
    ///
    /// - Parameter regardless: whether to take any block.
    /// - Returns: the block; `.none` if there is none left.
    mutating func takeIdle(
        regardless: Bool, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) -> SpanIndex {
        for number in 1...Self.mostPages where bins[number].count > 0 && (regardless || bins[number].fewest > 0) {
            // The one that has been here longest: the others were freed after it.
            var last = bins[number].first
            while record(SpanIndex(UInt(last))).pointee.next != 0 { last = record(SpanIndex(UInt(last))).pointee.next }
            let index = SpanIndex(UInt(last))
            remove(index, record)
            if bins[number].fewest > 0 { bins[number].fewest -= 1 }
            return index
        }
        return .none
    }

    /// Marks the worker's look: blocks that are cached now and not taken before its next look are idle then. The caller
    /// holds the lock.
    ///
    /// - Returns: whether any block is cached.
    mutating func look() -> Bool {
        for number in 1...Self.mostPages { bins[number].fewest = bins[number].count }
        return bytes != 0
    }
}
