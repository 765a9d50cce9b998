extension PageAllocator {
    /// Takes the lowest run of free pages whose address is a multiple of a power of two. The heap lock is held.
    ///
    /// - Parameters:
    ///   - count: at least 1.
    ///   - alignment: in pages, a power of two.
    ///   - chunkLimit: chunks to look at, one after the other. If they do not have an aligned place, one beside the last
    ///     that was found will do, or the lowest run that is long enough for any alignment: that place may not be the
    ///     lowest, and there may be one if nil is returned.
    /// - Complexity: as ``allocate(_:)`` where the lowest run that is long enough has an aligned place; else one look at
    ///   the summary of each chunk up to the one that has, within the limit.
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

    /// Takes the aligned pages of a free run, if it has enough.
    private mutating func allocate(
        _ count: PageCount, alignment: PageCount, in run: AddressRange, _ found: Found
    ) -> PageAllocation? {
        let base = run.base.roundedUp(to: OffsetAddress(alignment.bytes.rawValue))
        guard base + count.bytes <= run.limit else { return nil }
        if searchAddress < found.searchAddress { searchAddress = found.searchAddress }
        alignedSearchAddress = base + count.bytes
        return PageAllocation(base: base, scavenged: allocateRange(base: base, count: count))
    }

    /// Takes the pages that begin at an address, if all of them are free. The heap lock is held.
    ///
    /// - Returns: how many bytes of them were scavenged, or nothing where one is in use or none of the heap's.
    package mutating func allocate(_ count: PageCount, at base: OffsetAddress) -> ByteCount? {
        isFree(base: base, count: count) ? allocateRange(base: base, count: count) : nil
    }

    /// The lowest run of free pages that begins at or above an address, with all the free pages that follow, if they are
    /// enough; nil, too, once no more chunks may be looked at.
    private func freeRun(
        notBelow address: OffsetAddress, atLeast count: PageCount, _ chunksLeft: inout UInt
    ) -> AddressRange? {
        var index = max(inUse.successor(of: address), 1) - 1
        while index < inUse.count {
            // Ranges that touch are one, so no run goes beyond its range.
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
        var run: AddressRange?  // the free pages that reach the present chunk
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

    /// The lowest run of a chunk, from a page on, that is long enough; else the one that reaches its end, if there is one.
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
