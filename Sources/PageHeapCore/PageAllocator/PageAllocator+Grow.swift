extension PageAllocator {
    /// Adds address space that was never part of the heap. Its pages are free, and count as scavenged because nothing
    /// has touched them. The caller holds the heap lock.
    ///
    /// - Parameter range: rounded out to chunks; overlaps no range of the heap.
    /// - Returns: false if the system refuses metadata; then nothing has changed, except that some metadata may already
    ///   be accessible.
    package mutating func grow(
        _ range: AddressRange, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        let chunkMask = PageGeometry.chunkBytes.rawValue &- 1
        let base = OffsetAddress(range.base.rawValue & ~chunkMask)
        let limit = OffsetAddress((range.limit.rawValue &+ chunkMask) & ~chunkMask)
        let whole = AddressRange(base: base, limit: limit)
        let first = ChunkIndex(containing: base)
        let end = ChunkIndex(containing: limit)

        guard let room = inUse.reserveOneMore(using: system) else { return false }
        metadataBytes += room
        guard let tree = summaries.makeAccessible(whole, using: system) else { return false }
        metadataBytes += tree
        guard let bitmaps = chunks.makeAccessible(first.rawValue..<end.rawValue, using: system) else { return false }
        metadataBytes += bitmaps

        if startChunk == endChunk {
            startChunk = first
            endChunk = end
        } else {
            startChunk = min(startChunk, first)
            endChunk = max(endChunk, end)
        }
        findTop()
        inUse.add(whole)
        if base < searchAddress { searchAddress = base }
        for chunk in first.rawValue..<end.rawValue {
            var pages = chunks[ChunkIndex(chunk)]
            pages.scavenged.fill(true)
        }
        let pages = whole.size.pagesRoundedUp
        freePages += pages
        scavengedPages += pages
        updateSummaries(base: base, count: pages, change: .freedRange)
        return true
    }

    /// Sets ``top`` to the lowest block of the tree that covers all chunks ever grown.
    private mutating func findTop() {
        var level = PageGeometry.row.leafLevel
        var first = startChunk.rawValue &>> UInt(PageGeometry.bitsPerLevel)
        var last = (endChunk.rawValue - 1) &>> UInt(PageGeometry.bitsPerLevel)
        while level > 0 && first != last {
            level -= 1
            first &>>= UInt(PageGeometry.bitsPerLevel)
            last &>>= UInt(PageGeometry.bitsPerLevel)
        }
        raiseTop(to: level == 0 ? (0, 0) : (level, Int(bitPattern: first) &<< PageGeometry.bitsPerLevel))
    }
}
