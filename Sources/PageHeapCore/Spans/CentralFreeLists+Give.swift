import CPageHeap

// The way back: blocks return to their spans, and wholly free spans to the heap.
extension CentralFreeLists {
    /// Returns blocks of a class to their spans, and wholly free spans to the heap. The caller holds no list's lock or
    /// later one.
    ///
    /// Wrong frees of small blocks are detected here: a pointer into a block, or a block that is not out. They are
    /// noted and skipped; the program is stopped once the thread holds no lock, because its handlers may allocate.
    ///
    /// - Parameter blocks: the blocks; overwritten.
    package func give(_ blocks: UnsafeMutablePointer<UInt>, _ count: Int, of sizeClass: SizeClass) {
        prefetchSpans(of: blocks, count)
        var emptied: UInt32 = 0  // spans to return to the heap, linked through `next`
        var left = count
        while left > 0 {
            let found = spans.entry(of: blocks[0])
            // An address that is no block any more is noted under any of the locks.
            let shard = found.sizeClass == sizeClass ? ShardIndex(spans.record(found.span).pointee.shard) : .first
            left = give(blocks, left, to: list(sizeClass, shard), &emptied)
        }
        while emptied != 0 {
            let index = SpanIndex(UInt(emptied))
            emptied = spans.record(index).pointee.next
            release(index)
        }
        heap.noteGiven(ByteCount(UInt(bitPattern: count) &* UInt(classes[sizeClass].blockBytes)))
    }

    /// Returns those blocks to their spans whose spans belong to a list. Takes the list's lock.
    ///
    /// - Parameter emptied: receives the spans that are wholly free now and not kept.
    /// - Returns: the number of other blocks, which have moved to the front of the array.
    private func give(
        _ blocks: UnsafeMutablePointer<UInt>, _ count: Int, to list: CentralList, _ emptied: inout UInt32
    ) -> Int {
        let entry = classes[list.sizeClass]
        var others = 0
        var position = 0
        list.state.pointee.lock.lock()
        while position < count {
            let found = spans.entry(of: blocks[position])
            // The span was freed in the meantime, with all its blocks, so this block came back before.
            if found == .none || found.sizeClass != list.sizeClass {
                spans.noteWrongFree(.alreadyFree, blocks[position], blockBytes: 0)
                position += 1
                continue
            }
            let index = found.span
            let span = spans.record(index)
            if span.pointee.shard != list.shard.rawValue {
                blocks[others] = blocks[position]
                others += 1
                position += 1
                continue
            }
            // Blocks often come back together with neighbours: look at the span once for all of them.
            let (returned, wrong) = Self.takeBack(blocks + position, count - position, in: span, entry)
            position += returned
            if let wrong {
                spans.noteWrongFree(wrong, blocks[position], blockBytes: UInt(entry.blockBytes))
                position += 1
                if returned == 0 { continue }
            }
            if span.pointee.freeBlocks == 0 { link(index, list) }
            span.pointee.freeBlocks &+= UInt16(truncatingIfNeeded: returned)
            noteTouched(index, list)
            if span.pointee.freeBlocks == entry.blocksPerSpan {
                takeOffLists(index, list)
                if !keepAsSpare(index, list) {
                    span.pointee.next = emptied
                    emptied = UInt32(truncatingIfNeeded: index.rawValue)
                }
            }
        }
        list.state.pointee.lock.unlock()
        return others
    }

    /// Begins to fetch the records of the spans that some blocks lie in: after frees in random order over a large heap,
    /// each block of a batch lies in another span, and the misses would follow one another under the lock.
    private func prefetchSpans(of blocks: UnsafeMutablePointer<UInt>, _ count: Int) {
        var last: UInt = 0
        for position in 0..<count {
            let page = blocks[position] &>> UInt(PageGeometry.pageShift)
            if page == last { continue }
            last = page
            let record = UInt(bitPattern: spans.record(spans.entry(of: blocks[position]).span))
            pageheap_prefetch(record)
            pageheap_prefetch(record &+ 64)
        }
    }

    /// Marks the leading blocks of an array that lie in a span as free.
    ///
    /// - Returns: the number of such blocks, and the error in the block after them, if an error ended the sequence.
    @inline(__always)
    private static func takeBack(
        _ blocks: UnsafeMutablePointer<UInt>, _ count: Int, in span: UnsafeMutablePointer<Span>,
        _ entry: SizeClassTable.Entry
    ) -> (count: Int, wrong: WrongUse?) {
        let base = span.pointee.base
        let bytes = span.pointee.bytes.rawValue
        var position = 0
        while position < count {
            let address = blocks[position]
            let offset = address &- base
            if offset >= bytes { break }
            let block = (offset &* UInt(entry.reciprocal)) &>> SizeClassTable.reciprocalShift
            if block &* UInt(entry.blockBytes) != offset || block >= UInt(entry.blocksPerSpan) {
                return (position, .insideSmallBlock)
            }
            if !Span.takeBack(Int(bitPattern: block), in: span) { return (position, .alreadyFree) }
            position &+= 1
        }
        return (position, nil)
    }

    /// Returns a block to its span, unless it is there already: for blocks that a fork may have copied twice. The
    /// caller holds no list's lock or later one.
    ///
    /// - Returns: whether the block was out.
    func giveIfOut(_ address: UInt, of sizeClass: SizeClass) -> Bool {
        let found = spans.entry(of: address)
        if found == .none || found.sizeClass != sizeClass { return false }
        let span = spans.record(found.span)
        let block = (address &- span.pointee.base) / UInt(classes[sizeClass].blockBytes)
        let isOut = list(of: found.span).withLock { span.pointee.isUsed(Int(bitPattern: block)) }
        guard isOut else { return false }
        var single = address
        give(&single, 1, of: sizeClass)
        return true
    }
}
