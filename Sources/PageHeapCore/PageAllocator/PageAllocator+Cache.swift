extension PageAllocator {
    /// Takes every free page of the 64-page block that holds the first free page. The caller holds the heap lock.
    ///
    /// - Returns: the pages as a cache, which is empty if no page is free.
    package mutating func allocateToCache() -> PageCache {
        let hintChunk = ChunkIndex(containing: searchAddress)
        if hintChunk >= endChunk { return .empty }
        let firstFree: OffsetAddress
        if summaries[leaf: hintChunk] != .full {
            let found = chunks[hintChunk].allocated.findRun(ofFree: 1, from: searchAddress.pageIndex)
            guard let page = found.page else { corrupted("a chunk's bitmap has less than its summary says", hintChunk) }
            firstFree = hintChunk.address(of: page)
        } else if let found = find(1) {
            firstFree = found.base
        } else {
            searchAddress = .maximum
            return .empty
        }
        let block = firstFree.roundedDown(to: OffsetAddress(PageCache.pages.bytes.rawValue))
        let page = block.pageIndex
        var bitmaps = chunks[ChunkIndex(containing: block)]
        let free = ~bitmaps.allocated.word(holding: page)
        let scavenged = bitmaps.scavenged.word(holding: page)
        bitmaps.allocated.setBits(free, at: page)
        bitmaps.scavenged.clearBits(free & scavenged, at: page)
        freePages -= PageCount(UInt(bitPattern: free.nonzeroBitCount))
        scavengedPages -= PageCount(UInt(bitPattern: (free & scavenged).nonzeroBitCount))
        updateSummary(of: ChunkIndex(containing: block), bitmaps)
        // The last page of the block, not past it: the next address may not be part of the heap.
        searchAddress = block + (PageCache.pages - 1).bytes
        return PageCache(base: block, free: free, scavenged: scavenged)
    }

    /// Returns the pages of a cache to the allocator, those without physical memory as scavenged ones, and empties the
    /// cache. The caller holds the heap lock.
    package mutating func flush(_ cache: inout PageCache) {
        if cache.isEmpty { return }
        let page = cache.base.pageIndex
        var bitmaps = chunks[ChunkIndex(containing: cache.base)]
        bitmaps.allocated.clearBits(cache.free, at: page)
        bitmaps.scavenged.setBits(cache.scavenged, at: page)
        freePages += PageCount(UInt(bitPattern: cache.free.nonzeroBitCount))
        scavengedPages += PageCount(UInt(bitPattern: (cache.scavenged).nonzeroBitCount))
        if cache.base < searchAddress { searchAddress = cache.base }
        updateSummary(of: ChunkIndex(containing: cache.base), bitmaps)
        cache = .empty
    }
}
