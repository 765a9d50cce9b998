extension PageAllocator {
    /// Takes the topmost runs of a chunk that are free and have physical memory out of reach, as if they were in use, so
    /// that no allocation can get them while they are released. The heap lock is held.
    ///
    /// - Parameters:
    ///   - batch: what was taken, from now on.
    ///   - start: search down from this page.
    ///   - limit: the most pages wanted; more only where whole physical or huge pages make them so.
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
        var from = start
        var wanted = limit
        while !batch.isFull,
            let run = unavailable.scavengeCandidate(from: from, group: group, limit: wanted, hugePage: machine.hugePage)
        {
            batch.append(run)
            unavailable.setRange(from: run.first, count: run.count)
            if run.count >= wanted || run.first == 0 { break }
            wanted -= run.count
            from = PageIndex(run.first.rawValue &- 1)
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

    /// Gives the runs of a batch back, as scavenged ones but for those that the system refused. The heap lock is held.
    ///
    /// - Returns: the pages that are scavenged now.
    mutating func putBack(_ batch: borrowing ReleaseBatch) -> PageCount {
        var bitmaps = chunks[batch.chunk]
        var changed: UInt64 = 0
        for index in 0..<PageBitmap.wordCount {
            changed |= bitmaps.allocated.word(index) ^ batch.allocatedAfter.word(index)
        }
        for index in batch.words {
            let taken = batch.taken.word(index)
            bitmaps.allocated.setWord(index, to: bitmaps.allocated.word(index) & ~taken)
            bitmaps.scavenged.setWord(index, to: bitmaps.scavenged.word(index) | taken)
        }
        var released = batch.pages
        if batch.refusals > 0 {
            for index in 0..<batch.count where batch.isRefused(index) {
                bitmaps.scavenged.clearRange(from: batch[index].first, count: batch[index].count)
                released -= batch[index].count
            }
        }
        freePages += batch.pages
        scavengedPages += released
        // A scavenger that puts pages back is no sign of new garbage: the free high-water mark stays.
        if batch.lowest < searchAddress { searchAddress = batch.lowest }
        // Where nobody else has changed the chunk meanwhile, it is as it was.
        setSummary(
            of: batch.chunk, changed == 0 ? batch.summaryBefore : bitmaps.allocated.summarized(),
            before: summaries[leaf: batch.chunk])
        return released
    }
}
