extension PageAllocator {
    /// Makes pages free again. The heap lock is held.
    ///
    /// - Parameters:
    ///   - base: the first page's address.
    ///   - count: at least 1; all of them in use.
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

    /// Notes that free pages have lost their physical memory. The heap lock is held.
    package mutating func markScavenged(base: OffsetAddress, count: PageCount) {
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            var bitmaps = chunks[chunk]
            bitmaps.scavenged.setRange(from: first, count: pages)
        }
        scavengedPages += count
    }

    // The three that follow change nothing. They are mutating because a plain method that is called on an allocator in
    // place may be given a copy of all of it.

    /// Whether every page of a range that the heap has grown is in use: what a free must find. The heap lock is held.
    package mutating func isAllocated(base: OffsetAddress, count: PageCount) -> Bool {
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == pages
        }
        return all
    }

    /// Whether the heap has grown over every page of a range. The heap lock is held.
    package mutating func contains(base: OffsetAddress, count: PageCount) -> Bool {
        let (last, overflow) = base.rawValue.addingReportingOverflow(count.bytes.rawValue &- 1)
        let range = inUse.successor(of: base)
        guard !overflow, range > 0 else { return false }
        return inUse[range - 1].contains(base) && inUse[range - 1].contains(OffsetAddress(last))
    }

    /// Whether every page of a range is free. The heap lock is held.
    package mutating func isFree(base: OffsetAddress, count: PageCount) -> Bool {
        guard contains(base: base, count: count) else { return false }
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == 0
        }
        return all
    }
}
