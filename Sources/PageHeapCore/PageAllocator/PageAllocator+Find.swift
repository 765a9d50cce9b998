extension PageAllocator {
    /// The start of a free run, and the lowest free address.
    struct Found {
        var base: OffsetAddress
        var searchAddress: OffsetAddress
    }

    /// Searches the summary tree for the lowest run of free pages that is long enough. The caller holds the heap lock.
    ///
    /// At each level one block of entries is scanned: the whole root, or eight entries below it. A run that spans
    /// entries gives the address at once; a run inside an entry leads one level down. Levels above ``top`` are skipped,
    /// since each has a single entry that only repeats what lies below it.
    ///
    /// - Returns: `nil` if no run is long enough.
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
            if level == PageGeometry.row.leafLevel {
                return find(count, in: ChunkIndex(UInt(bitPattern: index)), search)
            }
            level &+= 1
            next = search.scanBlock(level, index &<< PageGeometry.bitsPerLevel)
        }
    }

    /// Finishes a search in a chunk's bitmap.
    @inline(__always)
    private mutating func find(_ count: PageCount, in chunk: ChunkIndex, _ search: FirstFitSearch) -> Found {
        let found = chunks[chunk].allocated.findRun(ofFree: count, from: 0)
        guard let page = found.page else { corrupted("a chunk's bitmap has less than its summary says", chunk) }
        let firstFree = search.followsFirstFree ? chunk.address(of: found.firstFree) : search.firstFree
        return Found(base: chunk.address(of: page), searchAddress: nextMapped(firstFree))
    }

    /// Scans the root where the heap has grown: its ranges may lie terabytes apart, and entries between them are full.
    @inline(never)
    private mutating func scanRoot(_ search: inout FirstFitSearch) -> Int? {
        var next = search.hintIndex(0)  // entries below were scanned or have nothing free
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

    /// Returns `address`, moved up to the next address that the heap has grown into.
    private mutating func nextMapped(_ address: OffsetAddress) -> OffsetAddress {
        inUse.first(notBelow: address) ?? .maximum
    }

    /// Stops the program because bitmaps and summaries disagree, after printing the summaries above a chunk.
    func corrupted(_ text: StaticString, _ chunk: ChunkIndex) -> Never {
        for level in 0..<PageGeometry.row.levels {
            let index = Int(bitPattern: chunk.base.rawValue &>> UInt(bitPattern: PageGeometry.row.levelShift(level)))
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
