/// The central free lists: they move batches of blocks between thread caches and the spans of a size class.
///
/// There is a list for each class in each shard (``CentralShards``). A span belongs to the list that it was made for,
/// as long as it lives: its blocks return there, whichever thread frees them.
///
/// A handle; copies name the same lists. A list's lock is held while blocks move, never while pages are allocated or
/// freed.
package struct CentralFreeLists<System: OperatingSystem> {
    let shards: CentralShards
    let classes: SizeClassLookup
    let spans: SpanMap<System>

    package init(shards: CentralShards, classes: SizeClassLookup, spans: SpanMap<System>) {
        self.shards = shards
        self.classes = classes
        self.spans = spans
    }

    /// The page heap, which spans get their pages from and return them to.
    var heap: Heap<System> { spans.heap }

    /// The list of a class in a shard, which exists.
    @inline(__always)
    func list(_ sizeClass: SizeClass, _ shard: ShardIndex) -> CentralList {
        CentralList(sizeClass, shard, in: shards[shard].unsafelyUnwrapped)
    }

    /// The list that a span belongs to.
    @inline(__always)
    func list(of index: SpanIndex) -> CentralList {
        let span = spans.record(index)
        return list(SizeClass(span.pointee.sizeClass), ShardIndex(span.pointee.shard))
    }

    /// Takes blocks of a class from spans: of the shard; if it has none, of another shard; otherwise of a span that it
    /// adds. The caller holds no list's lock or later one.
    ///
    /// - Parameters:
    ///   - count: the number of blocks wanted.
    ///   - target: room for that many addresses.
    /// - Returns: the number of blocks taken; 0 if there is no memory.
    package func take(
        _ count: Int, of sizeClass: SizeClass, _ shard: ShardIndex, into target: UnsafeMutablePointer<UInt>
    ) -> Int {
        let list = list(sizeClass, shard)
        while true {
            list.state.pointee.lock.lock()
            var taken = takeFromPartial(count, list, target, asOwner: true)
            if taken == 0 { taken = takeFromOthers(count, list, target, waiting: false) }
            if taken > 0 { return taken }
            // Another thread may take all blocks of the new span: then try again.
            if !addSpan(list) { return takeFromOthers(count, list, target, waiting: true) }
        }
    }

    /// Takes blocks from the spans of another shard.
    ///
    /// - Parameter waiting: whether to wait for locks, or to leave those alone at which another thread is at work.
    private func takeFromOthers(
        _ count: Int, _ list: CentralList, _ target: UnsafeMutablePointer<UInt>, waiting: Bool
    ) -> Int {
        guard shards.areInUse else { return 0 }
        var taken = 0
        shards.holders(list.sizeClass).pointee.spans.searchOthers(than: list.shard) { shard in
            let other = self.list(list.sizeClass, shard)
            if waiting {
                other.state.pointee.lock.lock()
            } else if !other.state.pointee.lock.tryLock() {
                return false
            }
            taken = takeFromPartial(count, other, target, asOwner: false)
            return taken > 0
        }
        return taken
    }

    /// Takes blocks from the spans of a list. The caller holds the list's lock; the call unlocks it.
    ///
    /// - Parameter asOwner: whether the caller comes from the list's own shard.
    private func takeFromPartial(
        _ count: Int, _ list: CentralList, _ target: UnsafeMutablePointer<UInt>, asOwner: Bool
    ) -> Int {
        list.state.pointee.lock.assertHeld()
        let entry = classes[list.sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        var taken = 0
        var touchedHoles = 0
        while taken < count {
            if list.state.pointee.firstPartial == 0 && !linkSpare(list) { break }
            let index = SpanIndex(UInt(list.state.pointee.firstPartial))
            let span = spans.record(index)
            let base = span.pointee.base
            let before = taken
            noteTouched(index, list)
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
            if span.pointee.freeBlocks == 0 { unlink(index, list) }
        }
        if taken == 0 && !asOwner { shards.holders(list.sizeClass).pointee.spans.remove(list.shard) }
        list.state.pointee.lock.unlock()
        if touchedHoles > 0 { heap.noteHoles(touched: heap.physicalPage * UInt(touchedHoles)) }
        return taken
    }

    /// Allocates a new span and puts it on a list. False if there is no memory.
    private func addSpan(_ list: CentralList) -> Bool {
        let entry = classes[list.sizeClass]
        let pages = PageCount(UInt(entry.spanPages))
        guard let index = spans.allocateRecord(list.shard, of: shards) else { return false }
        guard
            let (address, _) = heap.allocatePages(
                pages, alignment: PageCount(UInt(entry.spanAlignmentPages)),
                shard: PageCaches.number(list.sizeClass.index, list.shard), for: spans)
        else {
            spans.deallocateRecord(index, shards.records(list.shard))
            return false
        }
        let span = spans.record(index)
        span.pointee.base = address
        span.pointee.pages = UInt32(truncatingIfNeeded: pages.rawValue)
        span.pointee.sizeClass = list.sizeClass.rawValue
        span.pointee.shard = list.shard.rawValue
        span.pointee.freeBlocks = entry.blocksPerSpan
        spans.set(PageMapEntry(span: index, sizeClass: list.sizeClass), from: address, count: pages)
        list.withLock { link(index, list) }
        return true
    }

    /// Returns an empty span, which is on no list, to the heap. The caller holds no list's lock or later
    /// one.
    func release(_ index: SpanIndex) {
        let span = spans.record(index).pointee
        let pages = PageCount(UInt(span.pages))
        spans.set(.none, from: span.base, count: pages)
        spans.deallocateRecord(index, shards.records(ShardIndex(span.shard)))
        heap.freePages(span.base, pages, holes: span.releasedPhysicalPages)
    }

    /// Puts a span at the front of its list. The caller holds the list's lock.
    func link(_ index: SpanIndex, _ list: CentralList) {
        list.state.pointee.lock.assertHeld()
        let first = list.state.pointee.firstPartial
        let number = UInt32(truncatingIfNeeded: index.rawValue)
        let span = spans.record(index)
        invariant(span.pointee.shard == list.shard.rawValue, "a span is put on the list of another shard")
        span.pointee.next = first
        span.pointee.previous = 0
        if first != 0 { spans.record(SpanIndex(UInt(first))).pointee.previous = number }
        list.state.pointee.firstPartial = number
        shards.holders(list.sizeClass).pointee.spans.insert(list.shard)
    }

    /// Takes a span off its list. The caller holds the list's lock.
    func unlink(_ index: SpanIndex, _ list: CentralList) {
        list.state.pointee.lock.assertHeld()
        let span = spans.record(index).pointee
        if span.previous == 0 {
            list.state.pointee.firstPartial = span.next
        } else {
            spans.record(SpanIndex(UInt(span.previous))).pointee.next = span.next
        }
        if span.next != 0 { spans.record(SpanIndex(UInt(span.next))).pointee.previous = span.previous }
    }
}
