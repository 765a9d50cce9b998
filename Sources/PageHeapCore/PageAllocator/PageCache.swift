/// Up to 64 free pages of one aligned block, taken out of the page allocator at once, so that small requests need not
/// take the heap lock.
///
/// A value; whoever owns it guards it.
package struct PageCache: Sendable {
    /// The block's address: a multiple of 64 pages.
    package internal(set) var base: OffsetAddress
    /// Ones are free pages that the cache holds.
    package internal(set) var free: UInt64
    /// Ones are pages whose physical memory has been given back.
    package internal(set) var scavenged: UInt64

    package static var pages: PageCount { 64 }

    package init(base: OffsetAddress, free: UInt64, scavenged: UInt64) {
        self.base = base
        self.free = free
        self.scavenged = scavenged
    }

    package static var empty: PageCache { PageCache(base: 0, free: 0, scavenged: 0) }

    @inline(__always)
    package var isEmpty: Bool { free == 0 }

    /// Bytes of the cached pages that have physical memory.
    package var retainedBytes: ByteCount {
        PageCount(UInt(bitPattern: (free & ~scavenged).nonzeroBitCount)).bytes
    }

    /// The lowest run of pages that is long enough.
    ///
    /// - Parameter count: 1 to 64.
    package mutating func allocate(_ count: PageCount) -> PageAllocation? {
        if free == 0 { return nil }
        let first =
            count == 1
            ? free.trailingZeroBitCount
            : BitOperations.firstRun(ofOnes: free, count: Int(bitPattern: count.rawValue))
        if first >= 64 { return nil }
        let mask = BitOperations.mask(first: UInt(bitPattern: first), count: count.rawValue)
        let scavengedPages = PageCount(UInt(bitPattern: (scavenged & mask).nonzeroBitCount))
        free &= ~mask
        scavenged &= ~mask
        return PageAllocation(
            base: base + PageCount(UInt(bitPattern: first)).bytes, scavenged: scavengedPages.bytes)
    }
}
