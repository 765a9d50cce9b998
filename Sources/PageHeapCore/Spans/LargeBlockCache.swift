/// The large-block cache of a shard: freed large blocks of up to 256 KiB, kept for the next request of their size in a
/// short list per number of pages. To the page allocator they are in use.
///
/// A large block costs the page allocator some thousand instructions, a search of the tree among them, and programs
/// that allocate and free buffers of tens of KiB do little else. The worker removes blocks that were not needed since
/// its last look, so none stays for longer than two cycles.
///
/// Must lie in memory that does not move; valid (empty) when zero-initialised.
package struct LargeBlockCache: ~Copyable {
    /// The cached blocks of one number of pages.
    private struct Bin {
        /// The block freed last; the others are linked through the records' `next`.
        var first: UInt32 = 0
        var count: UInt8 = 0
        /// The smallest `count` since the worker's last look: the blocks that were not needed.
        var fewest: UInt8 = 0
    }

    package let lock: FutexLock<LockRanks.SizeClass>
    private var bins: InlineArray<33, Bin>
    /// Bytes of all cached blocks.
    private var bytes: ByteCount

    /// Whether blocks of this many pages may be cached.
    @inline(__always)
    static func keeps(_ pages: PageCount) -> Bool { pages <= Tunables.largeCachePages }

    /// Takes the cached block of `pages` pages that was freed last. The caller holds the lock.
    ///
    /// - Returns: the block; `.none` if there is none.
    mutating func take(_ pages: PageCount, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>) -> SpanIndex {
        let number = Int(bitPattern: pages.rawValue)
        var bin = bins[number]
        if bin.first == 0 { return .none }
        let index = SpanIndex(UInt(bin.first))
        let span = record(index)
        bin.first = span.pointee.next
        bin.count -= 1
        bin.fewest = min(bin.fewest, bin.count)
        bins[number] = bin
        bytes -= pages.bytes
        Span.markUsed(span)
        return index
    }

    /// Caches a block that is marked as free. The caller holds the lock.
    ///
    /// - Parameter limit: the most bytes that the cache may hold.
    /// - Returns: false if the cache is full.
    mutating func keep(_ index: SpanIndex, _ span: UnsafeMutablePointer<Span>, limit: ByteCount) -> Bool {
        let pages = PageCount(UInt(span.pointee.pages))
        var bin = bins[Int(bitPattern: pages.rawValue)]
        guard bin.count < Tunables.largeCacheBlocks, bytes + pages.bytes <= limit else { return false }
        span.pointee.next = bin.first
        bin.first = UInt32(truncatingIfNeeded: index.rawValue)
        bin.count += 1
        bins[Int(bitPattern: pages.rawValue)] = bin
        bytes += pages.bytes
        return true
    }

    /// Takes a block that was not needed since the worker's last look. The caller holds the lock.
    ///
    /// - Parameter regardless: whether to take any block.
    /// - Returns: the block; `.none` if there is none left.
    mutating func takeIdle(
        regardless: Bool, _ record: (SpanIndex) -> UnsafeMutablePointer<Span>
    ) -> SpanIndex {
        for number in 1...Int(bitPattern: Tunables.largeCachePages.rawValue)
        where bins[number].count > 0 && (regardless || bins[number].fewest > 0) {
            if bins[number].fewest > 0 { bins[number].fewest -= 1 }
            let idle = bins[number].fewest
            let index = take(PageCount(UInt(bitPattern: number)), record)
            bins[number].fewest = idle
            return index
        }
        return .none
    }

    /// Marks the worker's look: blocks that are cached now and not taken before its next look are idle then. The caller
    /// holds the lock.
    ///
    /// - Returns: whether any block is cached.
    mutating func look() -> Bool {
        for number in 1...Int(bitPattern: Tunables.largeCachePages.rawValue) {
            bins[number].fewest = bins[number].count
        }
        return bytes != 0
    }
}
