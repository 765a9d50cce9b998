extension PageAllocator {
    /// Where a run of free pages begins, and the lowest address at which anything is free.
    struct Found {
        var base: OffsetAddress
        var searchAddress: OffsetAddress
    }

    /// The lowest run of free pages that is long enough: down the tree. The heap lock is held.
    ///
    /// At each level one block of entries is scanned, the whole root or eight below it. A run that spans entries gives
    /// the address at once; a run inside an entry leads one level down. The levels above ``top`` have one entry, which
    /// says no more than what is below it.
    mutating func find(_ count: PageCount) -> Found? {
        propagatePending()
        var search = FirstFitSearch(summaries, for: count, from: searchAddress)
        var level = top.level
        var next = level == 0 ? scanRoot(&search) : search.scanBlock(level, top.block)
        if next == nil { return nil }
        while true {
            guard let index = next else {
                corrupted("a summary promises a run that its children lack", ChunkIndex(containing: search.firstFree))
            }
            if let base = search.runBase(level, index) {
                return Found(base: base, searchAddress: nextMapped(search.firstFree))
            }
            search.descend(into: index)
            if level == PageGeometry.leafLevel {
                return find(count, in: ChunkIndex(UInt(bitPattern: index)), search)
            }
            level &+= 1
            next = search.scanBlock(level, index &<< PageGeometry.bitsPerLevel)
        }
    }

    /// The end of a search: in a chunk's bitmap.
    @inline(__always)
    private mutating func find(_ count: PageCount, in chunk: ChunkIndex, _ search: FirstFitSearch) -> Found {
        let found = chunks[chunk].allocated.findRun(ofFree: count, from: 0)
        guard let page = found.page else { corrupted("a chunk's bitmap has less than its summary says", chunk) }
        let firstFree = search.followsFirstFree ? chunk.address(of: found.firstFree) : search.firstFree
        return Found(base: chunk.address(of: page), searchAddress: nextMapped(firstFree))
    }

    /// Scans the root, where the heap has grown: ranges may lie terabytes apart, and what lies between is full.
    @inline(never)
    private mutating func scanRoot(_ search: inout FirstFitSearch) -> Int? {
        var next = search.hintIndex(0)  // entries below were scanned, or have nothing free
        var range = max(inUse.successor(of: searchAddress), 1) &- 1
        while range < inUse.count {
            let entries = SummaryTree.entries(0, of: inUse[range])
            if entries.lowerBound > next { search.breakRun() }
            if let index = search.scan(0, max(entries.lowerBound, next), entries.upperBound) { return index }
            next = max(next, entries.upperBound)
            range &+= 1
        }
        return nil
    }

    /// An address, moved up to the next one that the heap has grown into.
    private mutating func nextMapped(_ address: OffsetAddress) -> OffsetAddress {
        inUse.first(notBelow: address) ?? .maximum
    }

    /// The books contradict each other: prints the summaries above a chunk, and stops.
    func corrupted(_ text: StaticString, _ chunk: ChunkIndex) -> Never {
        for level in 0..<PageGeometry.levels {
            let index = Int(bitPattern: chunk.base.rawValue &>> UInt(bitPattern: PageGeometry.levelShift(level)))
            var line = MessageLine()
            line.append("pageheap: level ")
            line.append(decimal: UInt(level))
            line.append(" entry ")
            line.append(decimal: UInt(index))
            line.append(": start ")
            line.append(decimal: summaries[level, index].start)
            line.append(", longest ")
            line.append(decimal: summaries[level, index].longest)
            line.append(", end ")
            line.append(decimal: summaries[level, index].end)
            line.writeToStandardError()
        }
        fatal(text, chunk.base.rawValue)
    }
}
