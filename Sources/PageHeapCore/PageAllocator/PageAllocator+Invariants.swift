extension PageAllocator {
    /// Checked builds and tests: stops the program if bitmaps, summaries, search address, counts and ranges disagree.
    /// The caller holds the heap lock.
    ///
    /// - Complexity: looks at every chunk.
    package mutating func checkInvariants() {
        propagatePending()
        inUse.checkInvariants()
        summaryOfEveryLevelIsRight()
        var free: PageCount = 0
        var scavenged: PageCount = 0
        for index in 0..<inUse.count {
            let range = inUse[index]
            for number in ChunkIndex(containing: range.base).rawValue..<ChunkIndex(containing: range.limit).rawValue {
                let chunk = ChunkIndex(number)
                let bitmaps = chunks[chunk]
                let whole = PageGeometry.pagesPerChunk
                free += whole - bitmaps.allocated.populationCount(from: 0, count: whole)
                scavenged += bitmaps.scavenged.populationCount(from: 0, count: whole)
                for word in 0..<PageBitmap.wordCount
                where bitmaps.allocated.word(word) & bitmaps.scavenged.word(word) != 0 {
                    fatal("a page is both in use and scavenged in the chunk at", chunk.base.rawValue)
                }
                let firstFree = bitmaps.allocated.findRun(ofFree: 1, from: 0)
                if let page = firstFree.page, chunk.address(of: page) < searchAddress {
                    fatal("a page below the search address is free:", chunk.address(of: page).rawValue)
                }
            }
        }
        if free != freePages { fatal("the count of free pages is wrong:", freePages.rawValue) }
        if scavenged != scavengedPages { fatal("the count of scavenged pages is wrong:", scavengedPages.rawValue) }
        if searchAddress != .maximum && !inUse.contains(searchAddress) {
            fatal("the search address lies outside the heap:", searchAddress.rawValue)
        }
    }

    /// Stops the program if a summary disagrees with what lies below it, or if a part of the heap lies outside ``top``.
    private func summaryOfEveryLevelIsRight() {
        let covered = top.block..<(top.block + PageGeometry.row.blockEntries(top.level))
        for index in 0..<inUse.count {
            let entries = SummaryTree.entries(top.level, of: inUse[index])
            if entries.clamped(to: covered) != entries {
                fatal("a search would begin outside the heap, at level", UInt(top.level))
            }
            for level in top.level..<PageGeometry.row.levels {
                for entry in SummaryTree.entries(level, of: inUse[index]) {
                    let expected =
                        level == PageGeometry.row.leafLevel
                        ? chunks[ChunkIndex(UInt(entry))].allocated.summarized()
                        : summaries.mergedChildren(level, entry)
                    if summaries[level, entry] != expected { fatal("a summary is wrong at level", UInt(level)) }
                }
            }
        }
    }
}
