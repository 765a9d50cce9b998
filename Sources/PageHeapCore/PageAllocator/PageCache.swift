/// Up to 64 free pages of one aligned block, taken from the page allocator at once, so that small requests need not
/// take the heap lock.
///
/// A plain value: its owner guards it.
package struct PageCache: Sendable {
    /// The address of the block, a multiple of 64 pages.
    package internal(set) var base: OffsetAddress
    /// A bit per page: set if the cache holds the page.
    package internal(set) var free: UInt64
    /// A bit per page: set if the cache holds the page and its physical memory has been released.
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

    /// Takes the lowest run of pages that is long enough.
    ///
    /// - Parameter count: pages, 1 to 64.
    /// - Returns: the pages, or `nil` if the cache has no such run.
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
