extension PageAllocator {
    /// Takes the topmost free runs of a chunk that have physical memory, and marks them as in use so that no allocation
    /// can get them while they are released. The caller holds the heap lock.
    ///
    /// - Parameters:
    ///   - batch: receives the runs; its previous contents are discarded.
    ///   - start: the page to search downwards from.
    ///   - limit: the number of pages wanted; exceeded only to fill whole physical or huge pages.
    mutating func takeForRelease(
        _ batch: inout ReleaseBatch, in chunk: ChunkIndex, from start: PageIndex, limit: PageCount,
        _ machine: MachineFigures
    ) {
        let group = machine.pagesPerPhysicalPage
        let before = summaries[leaf: chunk]
        batch.start(chunk, before)
        guard before.longest >= group.rawValue else { return }
        let bitmaps = chunks[chunk]
        var unavailable = bitmaps.takenForScavenging
        var wanted = limit
        var index = Int(bitPattern: start.rawValue &>> 6)
        while !batch.isFull {
            let free = ~BitOperations.fillAligned(unavailable.word(index), groupBits: group.rawValue)
            if free == 0 {
                if index == 0 { break }
                index &-= 1
                continue
            }
            // Fast path: most runs lie inside a word and are shorter than what is wanted.
            let above = free.leadingZeroBitCount
            let count = (~(free &<< UInt64(truncatingIfNeeded: above))).leadingZeroBitCount
            let first = 64 &- above &- count
            if first > 0 && UInt(bitPattern: count) < wanted.rawValue {
                let mask = BitOperations.mask(first: UInt(bitPattern: first), count: UInt(bitPattern: count))
                unavailable.setWord(index, to: unavailable.word(index) | mask)
                let page = PageIndex(UInt(bitPattern: index &* 64 &+ first))
                batch.append(PageRange(first: page, count: PageCount(UInt(bitPattern: count))))
                wanted -= PageCount(UInt(bitPattern: count))
                continue
            }
            let from = PageIndex(UInt(bitPattern: index &* 64))
            guard
                let run = unavailable.scavengeCandidate(
                    from: from, group: group, limit: wanted, hugePage: machine.hugePage)
            else { break }
            batch.append(run)
            unavailable.setRange(from: run.first, count: run.count)
            if run.count >= wanted || run.first == 0 { break }
            wanted -= run.count
            index = Int(bitPattern: (run.first.rawValue &- 1) &>> 6)
        }
        if batch.count == 0 { return }
        for index in batch.words {
            let allocated = bitmaps.allocated.word(index)
            let taken = unavailable.word(index) & ~(allocated | bitmaps.scavenged.word(index))
            batch.taken.setWord(index, to: taken)
            bitmaps.allocated.setWord(index, to: allocated | taken)
        }
        for index in 0..<PageBitmap.wordCount {
            batch.allocatedAfter.setWord(index, to: bitmaps.allocated.word(index))
        }
        freePages -= batch.pages
        setSummary(of: chunk, batch.allocatedAfter.summarized(longestFrom: 0, to: before.longest), before: before)
    }

    /// Frees the runs of a batch again, as scavenged pages. The caller holds the heap lock.
    mutating func putBack(_ batch: borrowing ReleaseBatch) {
        let bitmaps = chunks[batch.chunk]
        var changed: UInt64 = 0
        for index in 0..<PageBitmap.wordCount {
            changed |= bitmaps.allocated.word(index) ^ batch.allocatedAfter.word(index)
        }
        for index in batch.words {
            let taken = batch.taken.word(index)
            if bitmaps.allocated.word(index) & taken != taken || bitmaps.scavenged.word(index) & taken != 0 {
                fatal("pages were released twice; chunk:", batch.chunk.base.rawValue)
            }
            bitmaps.allocated.setWord(index, to: bitmaps.allocated.word(index) & ~taken)
            bitmaps.scavenged.setWord(index, to: bitmaps.scavenged.word(index) | taken)
        }
        freePages += batch.pages
        scavengedPages += batch.pages
        // The free high-water mark stays: pages that the scavenger puts back are no new garbage.
        if batch.lowest < searchAddress { searchAddress = batch.lowest }
        // If the chunk was not changed in the meantime, its summary is the one from before.
        setSummary(
            of: batch.chunk, changed == 0 ? batch.summaryBefore : bitmaps.allocated.summarized(),
            before: summaries[leaf: batch.chunk])
    }

    /// Marks pages as retained that were put back earlier in this locked section but kept their memory, because the
    /// system refused to release it. The caller holds the heap lock.
    ///
    /// - Returns: the number of such pages.
    mutating func keepRetained(_ pages: borrowing PageBitmap, in chunk: ChunkIndex) -> PageCount {
        let bitmaps = chunks[chunk]
        var count: PageCount = 0
        for index in 0..<PageBitmap.wordCount {
            let kept = bitmaps.scavenged.word(index) & pages.word(index)
            bitmaps.scavenged.setWord(index, to: bitmaps.scavenged.word(index) & ~kept)
            count += PageCount(UInt(bitPattern: kept.nonzeroBitCount))
        }
        scavengedPages -= count
        return count
    }
}
