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
    mutating func find(_ count: PageCount) -> Found? {
        propagatePending()
        var window = FirstFreeWindow()
        var block = 0
        for level in 0..<PageGeometry.levels {
            block &<<= PageGeometry.levelBits(level)
            let step =
                level == 0
                ? scanRoot(for: count.rawValue, &window) : scanBlock(level, block, for: count.rawValue, &window)
            switch step {
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

    /// Scans the eight entries below one of the level above.
    @inline(__always)
    private func scanBlock(_ level: Int, _ block: Int, for count: UInt, _ window: inout FirstFreeWindow) -> Step {
        var index = block
        let end = block &+ PageGeometry.blockEntries(level)
        // Nothing below the search address is free: where it lies in this block, begin there.
        let hint = hintIndex(level)
        if hint >= index && hint < end { index = hint }
        // What the window needs is the first entry with anything free; those after it lie beyond.
        while index < end && summaries[level, index] == .full { index &+= 1 }
        if index == end { return .nothing }
        report(level, index, &window)
        var run: UInt = 0
        while index < end {
            if let step = take(level, index, block, for: count, &run) { return step }
            index &+= 1
        }
        return .nothing
    }

    /// Tells the window of an entry in which something is free.
    @inline(__always)
    private func report(_ level: Int, _ index: Int, _ window: inout FirstFreeWindow) {
        let bytes = PageCount(1 &<< UInt(bitPattern: PageGeometry.levelLogPages(level))).bytes
        if !window.narrow(to: address(level, index), size: bytes) {
            corrupted("a free range lies across one seen before", ChunkIndex(containing: address(level, index)))
        }
    }

    /// Scans the root, where the heap has grown: ranges may lie terabytes apart, and what lies between is full.
    private func scanRoot(for count: UInt, _ window: inout FirstFreeWindow) -> Step {
        var run: UInt = 0
        var next = hintIndex(0)  // entries below were scanned, or have nothing free
        var range = max(inUse.successor(of: searchAddress), 1) &- 1
        while range < inUse.count {
            let entries = SummaryTree.entries(0, of: inUse[range])
            var index = entries.lowerBound
            if index > next { run = 0 }
            index = max(index, next)
            while index < entries.upperBound {
                if summaries[0, index] != .full { report(0, index, &window) }
                if let step = take(0, index, 0, for: count, &run) { return step }
                index &+= 1
            }
            next = index
            range &+= 1
        }
        return .nothing
    }

    @inline(__always)
    private func hintIndex(_ level: Int) -> Int {
        Int(bitPattern: searchAddress.rawValue &>> UInt(bitPattern: PageGeometry.levelShift(level)))
    }

    /// Takes one entry into account; answers where the scan ends with it.
    ///
    /// - Parameter run: the free pages in a row that reach the entry; afterwards, those that reach the next.
    @inline(__always)
    private func take(_ level: Int, _ index: Int, _ block: Int, for count: UInt, _ run: inout UInt) -> Step? {
        let summary = summaries[level, index]
        if summary == .full {
            run = 0
            return nil
        }
        let logPages = UInt(bitPattern: PageGeometry.levelLogPages(level))
        let start = level == 0 ? summary.start : summary.startBelowRoot
        if run &+ start >= count { return .run((UInt(bitPattern: index &- block) &<< logPages) &- run) }
        if (level == 0 ? summary.longest : summary.longestBelowRoot) >= count { return .descend(index) }
        let whole: UInt = 1 &<< logPages
        run = start == whole ? run &+ whole : level == 0 ? summary.end : summary.endBelowRoot
        return nil
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
