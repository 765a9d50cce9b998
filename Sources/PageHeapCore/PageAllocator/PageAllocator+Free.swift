extension PageAllocator {
    /// Frees pages. The caller holds the heap lock.
    ///
    /// - Parameters:
    ///   - base: the address of the first page.
    ///   - count: pages, at least 1; all of them in use.
    package mutating func free(base: OffsetAddress, count: PageCount) {
        if base < searchAddress { searchAddress = base }
        let lastByte = base + count.bytes - 1
        if freeHighWaterMark < lastByte { freeHighWaterMark = lastByte }
        freePages += count
        let first = base.pageIndex
        if PageGeometry.pagesPerChunk.rawValue &- first.rawValue >= count.rawValue {
            let chunk = ChunkIndex(containing: base)
            var bitmaps = chunks[chunk]
            if count == 1 {
                bitmaps.allocated.clear(first)
            } else {
                bitmaps.allocated.clearRange(from: first, count: count)
            }
            let before = summaries[leaf: chunk]
            setSummary(
                of: chunk, bitmaps.allocated.summary(afterFreeing: first, count, before: before), before: before)
        } else {
            Self.forEachChunk(base: base, count: count) { chunk, first, pages in
                var bitmaps = chunks[chunk]
                if pages == PageGeometry.pagesPerChunk {
                    bitmaps.allocated.fill(false)
                } else {
                    bitmaps.allocated.clearRange(from: first, count: pages)
                }
            }
            updateSummaries(base: base, count: count, change: .freedRange)
        }
    }

    /// Marks free pages as scavenged: their physical memory was released. The caller holds the heap lock.
    package mutating func markScavenged(base: OffsetAddress, count: PageCount) {
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            var bitmaps = chunks[chunk]
            bitmaps.scavenged.setRange(from: first, count: pages)
        }
        scavengedPages += count
    }

    /// Frees pages that were never used. There is nothing to release in them, so the mark that makes a search begin at
    /// the highest page freed stays as it was. The caller holds the heap lock.
    mutating func addUntouched(base: OffsetAddress, count: PageCount) {
        let mark = freeHighWaterMark
        free(base: base, count: count)
        markScavenged(base: base, count: count)
        freeHighWaterMark = mark
    }

    // The next three only read; `mutating` stops the compiler from copying the whole allocator for the call.

    /// Whether every page of a range is in use, as a free requires. The heap must have grown over the range. The caller
    /// holds the heap lock.
    package mutating func isAllocated(base: OffsetAddress, count: PageCount) -> Bool {
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == pages
        }
        return all
    }

    /// Whether the heap has grown over every page of a range. The caller holds the heap lock.
    package mutating func contains(base: OffsetAddress, count: PageCount) -> Bool {
        let (last, overflow) = base.rawValue.addingReportingOverflow(count.bytes.rawValue &- 1)
        let range = inUse.successor(of: base)
        guard !overflow, range > 0 else { return false }
        return inUse[range - 1].contains(base) && inUse[range - 1].contains(OffsetAddress(last))
    }

    /// Whether every page of a range is free. The caller holds the heap lock.
    package mutating func isFree(base: OffsetAddress, count: PageCount) -> Bool {
        guard contains(base: base, count: count) else { return false }
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == 0
        }
        return all
    }
}
