extension PageAllocator {
    /// Where a run of free pages begins, and the lowest address at which anything is free.
    struct Found {
        var base: OffsetAddress
        var searchAddress: OffsetAddress
    }

    /// What the scan of one block of summaries came to.
    private enum Step {
        /// The run begins so many pages after the block's first page.
        case run(UInt)
        /// The run lies inside the entry with this index.
        case descend(Int)
        case nothing
    }

    /// The lowest run of free pages that is long enough: down the tree from the root. The heap lock is held.
    ///
    /// At each level one block of entries is scanned, the whole root or eight below it. A run that spans entries gives
    /// the address at once; a run inside an entry leads one level down.
    func find(_ count: PageCount) -> Found? {
        var window = FirstFreeWindow()
        var block = 0
        for level in 0..<PageGeometry.levels {
            block &<<= PageGeometry.levelBits(level)
            switch scan(level, block: block, for: count.rawValue, &window) {
            case .run(let pages):
                let base = address(level, block) + PageCount(pages).bytes
                return Found(base: base, searchAddress: nextMapped(window.base))
            case .descend(let index):
                block = index
            case .nothing:
                if level == 0 { return nil }
                corrupted("a summary promises a run that its children do not have", ChunkIndex(containing: window.base))
            }
        }
        let chunk = ChunkIndex(UInt(bitPattern: block))
        let found = chunks[chunk].allocated.findRun(ofFree: count, from: 0)
        guard let page = found.page else { corrupted("a chunk's bitmap has less than its summary says", chunk) }
        let firstFree = chunk.address(of: found.firstFree)
        if !window.narrow(to: firstFree, size: firstFree.distance(to: (chunk + 1).base)) {
            corrupted("the first free page lies across a range seen before", chunk)
        }
        return Found(base: chunk.address(of: page), searchAddress: nextMapped(window.base))
    }

    /// Scans the entries of one block of a level, keeping the run of free pages that reaches the present entry.
    @inline(__always)
    private func scan(_ level: Int, block: Int, for count: UInt, _ window: inout FirstFreeWindow) -> Step {
        let logPages = UInt(bitPattern: PageGeometry.levelLogPages(level))
        let entryPages: UInt = 1 &<< logPages
        let entryBytes = PageCount(entryPages).bytes
        let shift = UInt(bitPattern: PageGeometry.levelShift(level))
        var index = block
        var end = block &+ PageGeometry.blockEntries(level)
        // Nothing below the search address is free: where it lies in this block, begin there.
        let hint = Int(bitPattern: searchAddress.rawValue &>> shift)
        if hint >= index && hint < end { index = hint }
        if level == 0 {
            // Entries that the heap never grew into are zero (and not there, in a tree over a window).
            index = max(index, Int(bitPattern: startChunk.base.rawValue &>> shift))
            end = min(end, Int(bitPattern: (endChunk.base.rawValue &- 1) &>> shift) &+ 1)
        }
        var runBase: UInt = 0
        var run: UInt = 0
        while index < end {
            let summary = summaries[level, index]
            if summary == .full {
                run = 0
                index &+= 1
                continue
            }
            if !window.narrow(to: address(level, index), size: entryBytes) {
                corrupted("a free range lies across one seen before", ChunkIndex(containing: address(level, index)))
            }
            let inBlock = UInt(bitPattern: index &- block)
            let start = summary.start
            if run &+ start >= count { return .run(run == 0 ? inBlock &<< logPages : runBase) }
            if summary.longest >= count { return .descend(index) }
            if run == 0 || start < entryPages {
                run = summary.end
                runBase = ((inBlock &+ 1) &<< logPages) &- run
            } else {
                run &+= entryPages
            }
            index &+= 1
        }
        return run >= count && run != 0 ? .run(runBase) : .nothing
    }

    @inline(__always)
    private func address(_ level: Int, _ index: Int) -> OffsetAddress {
        OffsetAddress(UInt(bitPattern: index) &<< UInt(bitPattern: PageGeometry.levelShift(level)))
    }

    /// An address, moved up to the next one that the heap has grown into.
    private func nextMapped(_ address: OffsetAddress) -> OffsetAddress {
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
