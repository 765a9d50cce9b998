/// The central lists: batches of blocks between the threads' caches and the spans of a size class.
///
/// A handle; copies name the same lists. The class lock is held while blocks move, never while pages are asked for or
/// given back.
package struct CentralSpans<Source: PageSource> {
    let lists: UnsafeMutablePointer<InlineArray<73, ClassSpans>>
    let classes: SizeClassLookup
    let source: Source

    package init(
        lists: UnsafeMutablePointer<InlineArray<73, ClassSpans>>, classes: SizeClassLookup,
        source: Source
    ) {
        self.lists = lists
        self.classes = classes
        self.source = source
    }

    /// What there is of one class.
    @inline(__always)
    func list(_ sizeClass: SizeClass) -> UnsafeMutablePointer<ClassSpans> {
        UnsafeMutableRawPointer(lists).assumingMemoryBound(to: ClassSpans.self) + sizeClass.index
    }

    /// Takes blocks of a class out of its spans, from a new span where there is none with free blocks.
    ///
    /// - Parameters:
    ///   - count: how many are wanted.
    ///   - target: room for as many addresses.
    /// - Returns: how many there were; 0 where there is no memory.
    package func take(_ count: Int, of sizeClass: SizeClass, into target: UnsafeMutablePointer<UInt>) -> Int {
        var taken = takeFromPartial(count, sizeClass, target)
        while taken == 0 {
            guard addSpan(sizeClass) else { return 0 }
            // Another thread may have been faster with the new span's blocks: then once more.
            taken = takeFromPartial(count, sizeClass, target)
        }
        return taken
    }

    private func takeFromPartial(_ count: Int, _ sizeClass: SizeClass, _ target: UnsafeMutablePointer<UInt>) -> Int {
        let entry = classes[sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        var taken = 0
        var touchedHoles = 0
        lists.pointee[sizeClass.index].lock.lock()
        while taken < count {
            if lists.pointee[sizeClass.index].firstPartial == 0 && !linkSpare(sizeClass) { break }
            let index = SpanIndex(UInt(lists.pointee[sizeClass.index].firstPartial))
            let span = source.spanRecord(index)
            let base = span.pointee.base
            let before = taken
            span.pointee.wasTouched = true
            let more = span.pointee.takeFreeBlocks(count - taken, of: Int(entry.blocksPerSpan)) { block in
                target[taken] = base &+ UInt(bitPattern: block) &* blockBytes
                taken &+= 1
            }
            invariant(more > 0, "a span without free blocks is on the list of those that have some")
            if span.pointee.releasedPhysicalPages != 0 {
                for position in before..<taken {
                    let block = Int(bitPattern: (target[position] &- base) / blockBytes)
                    touchedHoles += span.pointee.touch(block, blockBytes: blockBytes, physicalPage: source.physicalPage)
                }
            }
            if span.pointee.freeBlocks == 0 { unlink(index, sizeClass) }
        }
        lists.pointee[sizeClass.index].lock.unlock()
        if touchedHoles > 0 { source.noteHoles(touched: source.physicalPage * UInt(touchedHoles)) }
        return taken
    }

    /// Gets a new span and puts it on its class's list.
    private func addSpan(_ sizeClass: SizeClass) -> Bool {
        let entry = classes[sizeClass]
        let pages = PageCount(UInt(entry.spanPages))
        guard let index = source.allocateSpanRecord() else { return false }
        guard
            let (address, _) = source.allocatePages(
                pages, alignment: PageCount(UInt(entry.spanAlignmentPages)), shard: sizeClass.index)
        else {
            source.deallocateSpanRecord(index)
            return false
        }
        let span = source.spanRecord(index)
        span.pointee.base = address
        span.pointee.pages = UInt32(truncatingIfNeeded: pages.rawValue)
        span.pointee.sizeClass = sizeClass.rawValue
        span.pointee.freeBlocks = entry.blocksPerSpan
        source.setSpanEntry(SpanTableEntry(span: index, sizeClass: sizeClass), from: address, count: pages)
        lists.pointee[sizeClass.index].lock.lock()
        link(index, sizeClass)
        lists.pointee[sizeClass.index].lock.unlock()
        return true
    }

    /// Puts blocks of a class back into their spans, and gives spans that are wholly free to the heap. Here wrong frees
    /// of small blocks are found: a pointer into a block, a block that is not out. They are noted and passed over; the
    /// program is stopped once no lock is held, because its handlers may allocate.
    package func give(_ blocks: UnsafeMutablePointer<UInt>, _ count: Int, of sizeClass: SizeClass) {
        let entry = classes[sizeClass]
        var emptied: UInt32 = 0  // spans to give back, through `next`
        lists.pointee[sizeClass.index].lock.lock()
        var position = 0
        while position < count {
            let found = source.spanEntry(of: blocks[position])
            // The span has gone meanwhile, with all its blocks: this one came back before.
            if found == .none || found.sizeClass != sizeClass {
                source.noteWrongFree(.alreadyFree, blocks[position], blockBytes: 0)
                position += 1
                continue
            }
            let index = found.span
            let span = source.spanRecord(index)
            // Blocks often come back beside those that they left with: one look at the span for all of them.
            let (returned, wrong) = Self.takeBack(blocks + position, count - position, in: span, entry)
            position += returned
            if let wrong {
                source.noteWrongFree(wrong, blocks[position], blockBytes: UInt(entry.blockBytes))
                position += 1
                if returned == 0 { continue }
            }
            if span.pointee.freeBlocks == 0 { link(index, sizeClass) }
            span.pointee.freeBlocks &+= UInt16(truncatingIfNeeded: returned)
            span.pointee.wasTouched = true
            if span.pointee.freeBlocks == entry.blocksPerSpan {
                unlink(index, sizeClass)
                if !keepAsSpare(index, sizeClass) {
                    span.pointee.next = emptied
                    emptied = UInt32(truncatingIfNeeded: index.rawValue)
                }
            }
        }
        lists.pointee[sizeClass.index].lock.unlock()
        while emptied != 0 {
            let index = SpanIndex(UInt(emptied))
            emptied = source.spanRecord(index).pointee.next
            release(index)
        }
        source.noteGiven(ByteCount(UInt(bitPattern: count) &* UInt(entry.blockBytes)))
    }

    /// Notes that blocks have come back to their span: the first ones of a row that lie in it.
    ///
    /// - Returns: how many they were, and what is wrong with the one after them, if it is that which ended the row.
    @inline(__always)
    private static func takeBack(
        _ blocks: UnsafeMutablePointer<UInt>, _ count: Int, in span: UnsafeMutablePointer<Span>,
        _ entry: SizeClassTable.Entry
    ) -> (count: Int, wrong: WrongFree?) {
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

    /// Puts a block back into its span, unless it is there already: for what a fork may have copied twice.
    ///
    /// - Returns: whether it was out.
    func giveIfOut(_ address: UInt, of sizeClass: SizeClass) -> Bool {
        let found = source.spanEntry(of: address)
        if found == .none || found.sizeClass != sizeClass { return false }
        let span = source.spanRecord(found.span)
        let block = (address &- span.pointee.base) / UInt(classes[sizeClass].blockBytes)
        list(sizeClass).pointee.lock.lock()
        let isOut = span.pointee.isUsed(Int(bitPattern: block))
        list(sizeClass).pointee.lock.unlock()
        guard isOut else { return false }
        var single = address
        give(&single, 1, of: sizeClass)
        return true
    }

    /// Gives an empty span, which is on no list, back to the heap.
    func release(_ index: SpanIndex) {
        let span = source.spanRecord(index).pointee
        let pages = PageCount(UInt(span.pages))
        source.setSpanEntry(.none, from: span.base, count: pages)
        source.deallocateSpanRecord(index)
        source.freePages(span.base, pages, holes: span.releasedPhysicalPages)
    }

    /// Puts a span at the front of its class's list. The class lock is held.
    func link(_ index: SpanIndex, _ sizeClass: SizeClass) {
        list(sizeClass).pointee.lock.assertHeld()
        let first = lists.pointee[sizeClass.index].firstPartial
        let number = UInt32(truncatingIfNeeded: index.rawValue)
        let span = source.spanRecord(index)
        span.pointee.next = first
        span.pointee.previous = 0
        if first != 0 { source.spanRecord(SpanIndex(UInt(first))).pointee.previous = number }
        lists.pointee[sizeClass.index].firstPartial = number
    }

    /// Takes a span off its class's list. The class lock is held.
    func unlink(_ index: SpanIndex, _ sizeClass: SizeClass) {
        list(sizeClass).pointee.lock.assertHeld()
        let span = source.spanRecord(index).pointee
        if span.previous == 0 {
            lists.pointee[sizeClass.index].firstPartial = span.next
        } else {
            source.spanRecord(SpanIndex(UInt(span.previous))).pointee.next = span.next
        }
        if span.next != 0 { source.spanRecord(SpanIndex(UInt(span.next))).pointee.previous = span.previous }
    }
}
