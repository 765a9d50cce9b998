/// Freed large blocks of up to 256 KiB that wait for the next request of their size: each number of pages has a short
/// list. The page allocator sees them as in use.
///
/// A large block costs the page allocator some thousand instructions, a search of the tree among them; programs that
/// allocate and free buffers of tens of KiB do little else. The worker takes away what was not needed since its last
/// look, so nothing stays for longer than two cycles.
///
/// Lies in memory that does not move. All zero bytes are empty lists.
package struct LargeSpans: ~Copyable {
    /// The freed blocks of one number of pages.
    private struct Bin {
        /// The block freed last; the others through the records' `next`.
        var first: UInt32 = 0
        var count: UInt8 = 0
        /// The fewest there were since the worker's last look.
        var fewest: UInt8 = 0
    }

    /// Guards all below, and whether a large block's record says that it is free.
    package let lock = FutexLock<LockRanks.SizeClass>()
    private var bins: InlineArray<33, Bin>
    /// Bytes of all blocks here.
    private var bytes: ByteCount

    package init() {
        bins = InlineArray(repeating: Bin())
        bytes = 0
    }

    /// Whether blocks of so many pages may wait here.
    @inline(__always)
    static func keeps(_ pages: PageCount) -> Bool { pages <= Tunables.largeCachePages }

    /// The freed block of so many pages that was freed last; `.none` where there is none. The lock is held.
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
        span.pointee.freeBlocks = 0
        return index
    }

    /// Takes a freed block in, or answers false where there are enough. The lock is held.
    mutating func keep(_ index: SpanIndex, _ span: UnsafeMutablePointer<Span>) -> Bool {
        let pages = PageCount(UInt(span.pointee.pages))
        var bin = bins[Int(bitPattern: pages.rawValue)]
        guard bin.count < Tunables.largeCacheBlocks, bytes + pages.bytes <= Tunables.largeCacheBytes else {
            return false
        }
        span.pointee.next = bin.first
        span.pointee.freeBlocks = 1
        bin.first = UInt32(truncatingIfNeeded: index.rawValue)
        bin.count += 1
        bins[Int(bitPattern: pages.rawValue)] = bin
        bytes += pages.bytes
        return true
    }

    /// A block that was not needed since the worker's last look, or any: `.none` where there is no more. The lock is held.
    ///
    /// - Parameter regardless: any block.
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

    /// The worker has looked: what is here now, and not taken before its next look, goes then.
    ///
    /// - Returns: whether anything is here. The lock is held.
    mutating func look() -> Bool {
        for number in 1...Int(bitPattern: Tunables.largeCachePages.rawValue) {
            bins[number].fewest = bins[number].count
        }
        return bytes != 0
    }
}
