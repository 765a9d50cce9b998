import CPageHeap

/// The central free lists: they move batches of blocks between thread caches and the spans of a size class.
///
/// A handle; copies name the same lists. The class lock is held while blocks move, never while pages are allocated or
/// freed.
package struct CentralFreeLists<System: OperatingSystem> {
    let lists: UnsafeMutablePointer<InlineArray<81, CentralFreeList>>
    let classes: SizeClassLookup
    let spans: SpanMap<System>

    package init(
        lists: UnsafeMutablePointer<InlineArray<81, CentralFreeList>>, classes: SizeClassLookup,
        spans: SpanMap<System>
    ) {
        self.lists = lists
        self.classes = classes
        self.spans = spans
    }

    /// The page heap, which spans get their pages from and return them to.
    var heap: Heap<System> { spans.heap }

    /// The state of one size class.
    @inline(__always)
    func list(_ sizeClass: SizeClass) -> UnsafeMutablePointer<CentralFreeList> {
        InPlace(lists)[sizeClass.index]
    }

    /// Takes blocks of a class from its spans. Adds a span if none has free blocks. The caller holds no class lock or
    /// later one.
    ///
    /// - Parameters:
    ///   - count: the number of blocks wanted.
    ///   - target: room for that many addresses.
    /// - Returns: the number of blocks taken; 0 if there is no memory.
    package func take(_ count: Int, of sizeClass: SizeClass, into target: UnsafeMutablePointer<UInt>) -> Int {
        var taken = takeFromPartial(count, sizeClass, target)
        while taken == 0 {
            guard addSpan(sizeClass) else { return 0 }
            // Another thread may have taken all blocks of the new span: try again.
            taken = takeFromPartial(count, sizeClass, target)
        }
        return taken
    }

    private func takeFromPartial(_ count: Int, _ sizeClass: SizeClass, _ target: UnsafeMutablePointer<UInt>) -> Int {
        let entry = classes[sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        var taken = 0
        var touchedHoles = 0
        list(sizeClass).pointee.lock.lock()
        while taken < count {
            if list(sizeClass).pointee.firstPartial == 0 && !linkSpare(sizeClass) { break }
            let index = SpanIndex(UInt(list(sizeClass).pointee.firstPartial))
            let span = spans.record(index)
            let base = span.pointee.base
            let before = taken
            noteTouched(index, sizeClass)
            let more = span.pointee.takeFreeBlocks(count - taken, of: Int(entry.blocksPerSpan)) { block in
                target[taken] = base &+ UInt(bitPattern: block) &* blockBytes
                taken &+= 1
            }
            invariant(more > 0, "a span without free blocks is on the list of those that have some")
            if span.pointee.releasedPhysicalPages != 0 {
                for position in before..<taken {
                    let block = Int(bitPattern: (target[position] &- base) / blockBytes)
                    touchedHoles += span.pointee.touch(block, blockBytes: blockBytes, physicalPage: heap.physicalPage)
                }
            }
            if span.pointee.freeBlocks == 0 { unlink(index, sizeClass) }
        }
        list(sizeClass).pointee.lock.unlock()
        if touchedHoles > 0 { heap.noteHoles(touched: heap.physicalPage * UInt(touchedHoles)) }
        return taken
    }

    /// Allocates a new span and puts it on its class's list. False if there is no memory.
    private func addSpan(_ sizeClass: SizeClass) -> Bool {
        let entry = classes[sizeClass]
        let pages = PageCount(UInt(entry.spanPages))
        guard let index = spans.allocateRecord() else { return false }
        guard
            let (address, _) = heap.allocatePages(
                pages, alignment: PageCount(UInt(entry.spanAlignmentPages)), shard: sizeClass.index,
                for: spans)
        else {
            spans.deallocateRecord(index)
            return false
        }
        let span = spans.record(index)
        span.pointee.base = address
        span.pointee.pages = UInt32(truncatingIfNeeded: pages.rawValue)
        span.pointee.sizeClass = sizeClass.rawValue
        span.pointee.freeBlocks = entry.blocksPerSpan
        spans.set(PageMapEntry(span: index, sizeClass: sizeClass), from: address, count: pages)
        list(sizeClass).pointee.lock.lock()
        link(index, sizeClass)
        list(sizeClass).pointee.lock.unlock()
        return true
    }

    /// Returns blocks of a class to their spans, and wholly free spans to the heap. The caller holds no class lock or
    /// later one.
    ///
    /// Wrong frees of small blocks are detected here: a pointer into a block, or a block that is not out. They are
    /// noted and skipped; the program is stopped once the thread holds no lock, because its handlers may allocate.
    package func give(_ blocks: UnsafeMutablePointer<UInt>, _ count: Int, of sizeClass: SizeClass) {
        let entry = classes[sizeClass]
        prefetchSpans(of: blocks, count)
        var emptied: UInt32 = 0  // spans to return to the heap, linked through `next`
        list(sizeClass).pointee.lock.lock()
        var position = 0
        while position < count {
            let found = spans.entry(of: blocks[position])
            // The span was freed in the meantime, with all its blocks, so this block came back before.
            if found == .none || found.sizeClass != sizeClass {
                spans.noteWrongFree(.alreadyFree, blocks[position], blockBytes: 0)
                position += 1
                continue
            }
            let index = found.span
            let span = spans.record(index)
            // Blocks often come back together with neighbours: look at the span once for all of them.
            let (returned, wrong) = Self.takeBack(blocks + position, count - position, in: span, entry)
            position += returned
            if let wrong {
                spans.noteWrongFree(wrong, blocks[position], blockBytes: UInt(entry.blockBytes))
                position += 1
                if returned == 0 { continue }
            }
            if span.pointee.freeBlocks == 0 { link(index, sizeClass) }
            span.pointee.freeBlocks &+= UInt16(truncatingIfNeeded: returned)
            noteTouched(index, sizeClass)
            if span.pointee.freeBlocks == entry.blocksPerSpan {
                takeOffLists(index, sizeClass)
                if !keepAsSpare(index, sizeClass) {
                    span.pointee.next = emptied
                    emptied = UInt32(truncatingIfNeeded: index.rawValue)
                }
            }
        }
        list(sizeClass).pointee.lock.unlock()
        while emptied != 0 {
            let index = SpanIndex(UInt(emptied))
            emptied = spans.record(index).pointee.next
            release(index)
        }
        heap.noteGiven(ByteCount(UInt(bitPattern: count) &* UInt(entry.blockBytes)))
    }

    /// Begins to fetch the records of the spans that some blocks lie in: after frees in random order over a large heap,
    /// each block of a batch lies in another span, and the misses would follow one another under the class lock.
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

    /// Returns a block to its span, unless it is there already: for blocks that a fork may have copied twice. The
    /// caller holds no class lock or later one.
    ///
    /// - Returns: whether the block was out.
    func giveIfOut(_ address: UInt, of sizeClass: SizeClass) -> Bool {
        let found = spans.entry(of: address)
        if found == .none || found.sizeClass != sizeClass { return false }
        let span = spans.record(found.span)
        let block = (address &- span.pointee.base) / UInt(classes[sizeClass].blockBytes)
        list(sizeClass).pointee.lock.lock()
        let isOut = span.pointee.isUsed(Int(bitPattern: block))
        list(sizeClass).pointee.lock.unlock()
        guard isOut else { return false }
        var single = address
        give(&single, 1, of: sizeClass)
        return true
    }

    /// Returns an empty span, which is on no list, to the heap. The caller holds no class lock or later one.
    func release(_ index: SpanIndex) {
        let span = spans.record(index).pointee
        let pages = PageCount(UInt(span.pages))
        spans.set(.none, from: span.base, count: pages)
        spans.deallocateRecord(index)
        heap.freePages(span.base, pages, holes: span.releasedPhysicalPages)
    }

    /// Puts a span at the front of its class's list. The caller holds the class lock.
    func link(_ index: SpanIndex, _ sizeClass: SizeClass) {
        list(sizeClass).pointee.lock.assertHeld()
        let first = list(sizeClass).pointee.firstPartial
        let number = UInt32(truncatingIfNeeded: index.rawValue)
        let span = spans.record(index)
        span.pointee.next = first
        span.pointee.previous = 0
        if first != 0 { spans.record(SpanIndex(UInt(first))).pointee.previous = number }
        list(sizeClass).pointee.firstPartial = number
    }

    /// Takes a span off its class's list. The caller holds the class lock.
    func unlink(_ index: SpanIndex, _ sizeClass: SizeClass) {
        list(sizeClass).pointee.lock.assertHeld()
        let span = spans.record(index).pointee
        if span.previous == 0 {
            list(sizeClass).pointee.firstPartial = span.next
        } else {
            spans.record(SpanIndex(UInt(span.previous))).pointee.next = span.next
        }
        if span.next != 0 { spans.record(SpanIndex(UInt(span.next))).pointee.previous = span.previous }
    }
}

/// The spans of one size class that have free blocks, with the lock that guards every span of the class.
///
/// Must lie in memory that does not move.
package struct CentralFreeList: ~Copyable {
    package let lock = FutexLock<LockRanks.SizeClass>()
    /// The first span with free blocks; the others are linked through the records' `next`. Spans without free blocks
    /// are on no list.
    package var firstPartial: UInt32 = 0
    /// The transfer cache of the class; `nil` before its first batch.
    var transfers: UnsafeMutablePointer<TransferCache>?
    /// A wholly free span that is kept for the next request, on no list; 0 if there is none.
    package var spare: UInt32 = 0
    /// Whether the scavenger has seen the spare. At its next look it returns a seen one to the heap.
    package var wasSpareSeen = false
    /// The touched spans: the first, and how many there are.
    var firstTouched: UInt32 = 0
    var touchedCount: UInt32 = 0
    /// Fills a cache line, so that threads working with neighbouring classes do not share one.
    private var padding: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}
}
