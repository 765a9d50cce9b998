extension PageAllocator {
    /// Takes the lowest run of free pages that is long enough. The heap lock is held.
    ///
    /// - Parameter count: at least 1.
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
            return take(
                count, at: hintChunk.address(of: page), searchFrom: hintChunk.address(of: found.firstFree))
        }
        guard let found = find(count) else {
            // No single page: the heap is full. No long run proves nothing about single pages.
            if count == 1 { searchAddress = .maximum }
            return nil
        }
        return take(count, at: found.base, searchFrom: found.searchAddress)
    }

    /// Takes a run of free pages whose address is a multiple of a power of two. The heap lock is held.
    ///
    /// The lowest run is taken where it happens to be aligned; else the lowest one with room for an aligned run inside.
    ///
    /// - Parameters:
    ///   - count: at least 1.
    ///   - alignment: in pages, a power of two.
    package mutating func allocate(_ count: PageCount, alignment: PageCount) -> PageAllocation? {
        if alignment <= 1 { return allocate(count) }
        if ChunkIndex(containing: searchAddress) >= endChunk { return nil }
        if let found = find(count), found.base.isAligned(to: alignment.bytes) {
            return take(count, at: found.base, searchFrom: found.searchAddress)
        }
        guard let found = find(count + alignment - 1) else { return nil }
        let base = found.base.roundedUp(to: OffsetAddress(alignment.bytes.rawValue))
        return take(count, at: base, searchFrom: found.searchAddress)
    }

    private mutating func take(
        _ count: PageCount, at base: OffsetAddress, searchFrom address: OffsetAddress
    ) -> PageAllocation {
        let scavenged = allocateRange(base: base, count: count)
        if searchAddress < address { searchAddress = address }
        return PageAllocation(base: base, scavenged: scavenged)
    }

    /// Marks a range of free pages as in use. The heap lock is held.
    ///
    /// - Returns: how many bytes of it were scavenged.
    package mutating func allocateRange(base: OffsetAddress, count: PageCount) -> ByteCount {
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

    /// Calls `body` with each chunk that a run of pages touches, and the run's first page and page count in it.
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
