extension PageAllocator {
    /// Allocates the lowest run of free pages whose address is a multiple of `alignment`. The caller holds the heap
    /// lock.
    ///
    /// - Parameters:
    ///   - count: pages, at least 1.
    ///   - alignment: in pages, a power of two.
    ///   - chunkLimit: the number of chunks to examine one by one. If they have no aligned place, two more are examined
    ///     after the last aligned place that was found, and then the lowest run that is long enough for any alignment
    ///     is taken. The result is then not always the lowest place, and `nil` does not prove that there is none.
    /// - Returns: the pages, or `nil` if no place was found.
    /// - Complexity: as ``allocate(_:)`` if the lowest run that is long enough has an aligned place; otherwise one look
    ///   at the summary of each chunk up to the one that has, within the limit.
    package mutating func allocate(
        _ count: PageCount, alignment: PageCount, chunkLimit: UInt = .max
    ) -> PageAllocation? {
        if alignment <= 1 { return allocate(count) }
        if ChunkIndex(containing: searchAddress) >= endChunk { return nil }
        guard let found = find(count) else { return nil }
        var chunksLeft = chunkLimit
        var next = found.base
        while let run = freeRun(notBelow: next, atLeast: count, &chunksLeft) {
            if let allocation = allocate(count, alignment: alignment, in: run, found) { return allocation }
            next = run.limit
        }
        if chunksLeft != 0 { return nil }
        chunksLeft = min(chunkLimit, 2)
        next = alignedSearchAddress
        while let run = freeRun(notBelow: next, atLeast: count, &chunksLeft) {
            if let allocation = allocate(count, alignment: alignment, in: run, found) { return allocation }
            next = run.limit
        }
        guard let long = find(count + alignment - 1) else { return nil }
        let run = AddressRange(base: long.base, limit: long.base + (count + alignment - 1).bytes)
        return allocate(count, alignment: alignment, in: run, found)
    }

    /// Allocates the aligned pages of a free run. `nil` if the run has no aligned place.
    private mutating func allocate(
        _ count: PageCount, alignment: PageCount, in run: AddressRange, _ found: Found
    ) -> PageAllocation? {
        let base = run.base.roundedUp(to: OffsetAddress(alignment.bytes.rawValue))
        guard base + count.bytes <= run.limit else { return nil }
        if searchAddress < found.searchAddress { searchAddress = found.searchAddress }
        alignedSearchAddress = base + count.bytes
        return PageAllocation(base: base, scavenged: allocateRange(base: base, count: count))
    }

    /// Allocates the pages that begin at `base`, if all of them are free. The caller holds the heap lock.
    ///
    /// - Returns: the bytes of them that were scavenged, or `nil` if a page is in use or not part of the heap.
    package mutating func allocate(_ count: PageCount, at base: OffsetAddress) -> ByteCount? {
        isFree(base: base, count: count) ? allocateRange(base: base, count: count) : nil
    }

    /// Returns the lowest run of at least `count` free pages that begins at or above `address`, with all free pages
    /// that follow. `nil` if there is none or `chunksLeft` has reached 0.
    private func freeRun(
        notBelow address: OffsetAddress, atLeast count: PageCount, _ chunksLeft: inout UInt
    ) -> AddressRange? {
        var index = max(inUse.successor(of: address), 1) - 1
        while index < inUse.count {
            // Adjacent ranges are merged, so no run extends beyond its range.
            let range = inUse[index]
            if let run = freeRun(in: range, notBelow: max(address, range.base), atLeast: count, &chunksLeft) {
                return run
            }
            if chunksLeft == 0 { return nil }
            index += 1
        }
        return nil
    }

    private func freeRun(
        in range: AddressRange, notBelow address: OffsetAddress, atLeast count: PageCount, _ chunksLeft: inout UInt
    ) -> AddressRange? {
        var run: AddressRange?  // the free pages that end where the current chunk begins
        var chunk = ChunkIndex(containing: address)
        var first = address.pageIndex
        let end = ChunkIndex(containing: range.limit - 1) + 1
        while address < range.limit && chunk < end {
            if chunksLeft == 0 { return nil }
            chunksLeft &-= 1
            let summary = summaries[leaf: chunk]
            if let open = run {
                let limit = chunk.base + PageCount(summary.start).bytes
                run = AddressRange(base: open.base, limit: limit)
                if summary != .freeChunk {
                    if AddressRange(base: open.base, limit: limit).size >= count.bytes { return run }
                    run = nil
                }
            }
            if run == nil && summary != .full {
                run = freeRun(in: chunk, from: first, summary, atLeast: count)
                if let found = run, found.limit < (chunk + 1).base { return found }
            }
            first = 0
            chunk += 1
        }
        guard let run, run.size >= count.bytes else { return nil }
        return run
    }

    /// Returns the lowest run of a chunk from page `first` on that is long enough; else the run that reaches the end of
    /// the chunk, if there is one.
    private func freeRun(
        in chunk: ChunkIndex, from first: PageIndex, _ summary: PageSummary, atLeast count: PageCount
    ) -> AddressRange? {
        var allocated = PageBitmap()
        for word in 0..<PageBitmap.wordCount { allocated.setWord(word, to: chunks[chunk].allocated.word(word)) }
        if first != 0 { allocated.setRange(from: 0, count: PageCount(first.rawValue)) }
        let limit = PageGeometry.pagesPerChunk
        if summary.longest >= count.rawValue, count <= limit,
            let page = allocated.findRun(ofFree: count, from: first).page
        {
            var pages = count
            while page.rawValue + pages.rawValue < limit.rawValue && !allocated.bit(page + pages) { pages += 1 }
            return AddressRange(base: chunk.address(of: page), limit: chunk.address(of: page) + pages.bytes)
        }
        let tail = allocated.summarized().end
        if tail == 0 { return nil }
        return AddressRange(base: (chunk + 1).base - PageCount(tail).bytes, limit: (chunk + 1).base)
    }
}
