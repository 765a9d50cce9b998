extension PageAllocator {
    /// Allocates the lowest run of free pages that is long enough. The caller holds the heap lock.
    ///
    /// - Parameter count: pages, at least 1.
    /// - Returns: the pages, or `nil` if no free run is long enough.
    /// - Complexity: O(levels), wherever the run is.
    package mutating func allocate(_ count: PageCount) -> PageAllocation? {
        let hintChunk = ChunkIndex(containing: searchAddress)
        if hintChunk >= endChunk { return nil }
        let hintPage = searchAddress.pageIndex
        if PageGeometry.pagesPerChunk.rawValue &- hintPage.rawValue >= count.rawValue,
            summaries[leaf: hintChunk].longest >= count.rawValue
        {
            let found = chunks[hintChunk].allocated.findRun(ofFree: count, from: hintPage)
            guard let page = found.page else { corrupted("a chunk's bitmap has less than its summary says", hintChunk) }
            let firstFree = hintChunk.address(of: found.firstFree)
            if searchAddress < firstFree { searchAddress = firstFree }
            return PageAllocation(
                base: hintChunk.address(of: page), scavenged: allocate(count, from: page, of: hintChunk))
        }
        guard let found = find(count) else {
            // No single page is free: the heap is full. A failed search for a longer run proves nothing about single
            // pages.
            if count == 1 { searchAddress = .maximum }
            return nil
        }
        let scavenged = allocateRange(base: found.base, count: count)
        if searchAddress < found.searchAddress { searchAddress = found.searchAddress }
        return PageAllocation(base: found.base, scavenged: scavenged)
    }

    /// Marks a range of free pages as in use. The caller holds the heap lock.
    ///
    /// - Returns: the bytes of the range that were scavenged.
    package mutating func allocateRange(base: OffsetAddress, count: PageCount) -> ByteCount {
        let first = base.pageIndex
        if PageGeometry.pagesPerChunk.rawValue &- first.rawValue >= count.rawValue {
            return allocate(count, from: first, of: ChunkIndex(containing: base))
        }
        var scavenged: PageCount = 0
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            var bitmaps = chunks[chunk]
            scavenged += bitmaps.allocate(from: first, count: pages)
        }
        freePages -= count
        scavengedPages -= scavenged
        updateSummaries(base: base, count: count, change: .allocatedRange)
        return scavenged.bytes
    }

    /// Marks free pages of one chunk as in use.
    ///
    /// - Returns: the bytes of them that were scavenged.
    @inline(__always)
    private mutating func allocate(_ count: PageCount, from first: PageIndex, of chunk: ChunkIndex) -> ByteCount {
        var bitmaps = chunks[chunk]
        let scavenged = bitmaps.allocate(from: first, count: count)
        freePages -= count
        scavengedPages -= scavenged
        let before = summaries[leaf: chunk]
        setSummary(
            of: chunk, bitmaps.allocated.summary(afterTaking: first, count, before: before), before: before)
        return scavenged.bytes
    }

    /// Calls `body` with each chunk that a run of pages touches, and the run's first page and number of pages in it.
    @inline(__always)
    static func forEachChunk(
        base: OffsetAddress, count: PageCount, _ body: (ChunkIndex, PageIndex, PageCount) -> Void
    ) {
        var chunk = ChunkIndex(containing: base)
        var first = base.pageIndex
        var remaining = count
        while remaining != 0 {
            let pages = min(remaining, PageCount(PageGeometry.pagesPerChunk.rawValue &- first.rawValue))
            body(chunk, first, pages)
            remaining -= pages
            chunk += 1
            first = 0
        }
    }
}

/// A run of pages that was allocated.
package struct PageAllocation: Sendable {
    /// The address of the first page.
    package var base: OffsetAddress
    /// Bytes of the pages that had been released: they will fault in, and read as zero unless they were released
    /// ``ReleaseMethod/lazily``.
    package var scavenged: ByteCount
}
