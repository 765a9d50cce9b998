extension PageAllocator {
    /// Makes pages free again. The heap lock is held.
    ///
    /// - Parameters:
    ///   - base: the first page's address.
    ///   - count: at least 1; all of them in use.
    ///   - byScavenger: the scavenger puts back what it took to release it: that is no sign of new garbage, and leaves
    ///     the free high-water mark alone.
    package mutating func free(base: OffsetAddress, count: PageCount, byScavenger: Bool = false) {
        if base < searchAddress { searchAddress = base }
        if !byScavenger {
            let lastByte = base + count.bytes - 1
            if freeHighWaterMark < lastByte { freeHighWaterMark = lastByte }
        }
        if count == 1 {
            var bitmaps = chunks[ChunkIndex(containing: base)]
            bitmaps.allocated.clear(base.pageIndex)
        } else {
            Self.forEachChunk(base: base, count: count) { chunk, first, pages in
                var bitmaps = chunks[chunk]
                if pages == PageGeometry.pagesPerChunk {
                    bitmaps.allocated.fill(false)
                } else {
                    bitmaps.allocated.clearRange(from: first, count: pages)
                }
            }
        }
        freePages += count
        updateSummaries(base: base, count: count, change: .freedRange)
    }

    /// Notes that free pages have lost their physical memory. They lie in one chunk. The heap lock is held.
    package mutating func markScavenged(base: OffsetAddress, count: PageCount) {
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            var bitmaps = chunks[chunk]
            bitmaps.scavenged.setRange(from: first, count: pages)
        }
        scavengedPages += count
    }

    /// Whether every page of a range that the heap has grown is in use: what a free must find. The heap lock is held.
    package func isAllocated(base: OffsetAddress, count: PageCount) -> Bool {
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == pages
        }
        return all
    }

    /// Whether the heap has grown over every page of a range. The heap lock is held.
    package func contains(base: OffsetAddress, count: PageCount) -> Bool {
        let (last, overflow) = base.rawValue.addingReportingOverflow(count.bytes.rawValue &- 1)
        let range = inUse.successor(of: base)
        guard !overflow, range > 0 else { return false }
        return inUse[range - 1].contains(base) && inUse[range - 1].contains(OffsetAddress(last))
    }

    /// Whether every page of a range is free. The heap lock is held.
    package func isFree(base: OffsetAddress, count: PageCount) -> Bool {
        guard contains(base: base, count: count) else { return false }
        var all = true
        Self.forEachChunk(base: base, count: count) { chunk, first, pages in
            all = all && chunks[chunk].allocated.populationCount(from: first, count: pages) == 0
        }
        return all
    }
}
