extension PageAllocator {
    /// Takes the topmost runs of a chunk that are free and have their physical memory out of reach, as if they were in
    /// use, so that no allocation can get them while they are released. The heap lock is held.
    ///
    /// - Parameters:
    ///   - start: search down from this page.
    ///   - limit: the most pages wanted; more only where whole physical or huge pages make them so.
    mutating func takeForRelease(
        in chunk: ChunkIndex, from start: PageIndex, limit: PageCount, _ machine: MachineFigures
    ) -> ReleaseBatch {
        var batch = ReleaseBatch(chunk: chunk)
        let group = machine.pagesPerPhysicalPage
        guard summaries[leaf: chunk].longest >= group.rawValue else { return batch }
        var bitmaps = chunks[chunk]
        var taken = bitmaps.takenForScavenging
        let before = summaries[leaf: chunk]
        var summary = before
        var from = start
        var wanted = limit
        while !batch.isFull,
            let run = taken.scavengeCandidate(from: from, group: group, limit: wanted, hugePage: machine.hugePage)
        {
            batch.append(run)
            taken.setRange(from: run.first, count: run.count)
            bitmaps.allocated.setRange(from: run.first, count: run.count)
            summary = bitmaps.allocated.summary(afterTaking: run.first, run.count, before: summary)
            if run.count >= wanted || run.first == 0 { break }
            wanted -= run.count
            from = PageIndex(run.first.rawValue &- 1)
        }
        if batch.count > 0 {
            freePages -= batch.pages
            setSummary(of: chunk, summary, before: before)
        }
        return batch
    }

    /// Gives the runs of a batch back, as scavenged ones but for those that the system refused. The heap lock is held.
    ///
    /// - Returns: the pages that are scavenged now.
    mutating func putBack(_ batch: ReleaseBatch) -> PageCount {
        var bitmaps = chunks[batch.chunk]
        var released: PageCount = 0
        let before = summaries[leaf: batch.chunk]
        var summary = before
        for index in 0..<batch.count {
            let run = batch[index]
            bitmaps.allocated.clearRange(from: run.first, count: run.count)
            summary = bitmaps.allocated.summary(afterFreeing: run.first, run.count, before: summary)
            if batch.isRefused(index) { continue }
            bitmaps.scavenged.setRange(from: run.first, count: run.count)
            released += run.count
        }
        freePages += batch.pages
        scavengedPages += released
        // A scavenger that puts pages back is no sign of new garbage: the free high-water mark stays.
        if batch.lowest < searchAddress { searchAddress = batch.lowest }
        setSummary(of: batch.chunk, summary, before: before)
        return released
    }
}
