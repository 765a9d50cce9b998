extension CentralFreeLists {
    /// Releases holes, visiting touched spans from where the pass stands.
    ///
    /// A span must have been quiet since the last pass looked at it. A release has three steps: under the list's lock,
    /// the free blocks on the holes are claimed; without the lock, the system releases all holes of the span together;
    /// under the lock again, the blocks are put back and the released pages marked.
    ///
    /// - Parameters:
    ///   - bytes: stop once this much is released. The call also stops after ``Tunables/holeVisitsPerCall`` visits,
    ///     so that a thread waiting for the pass lock does not wait for a walk over a large heap.
    ///   - regardless: whether to release in spans that are not quiet too.
    ///   - release: releases `count` ranges, and calls its last argument with each piece that was refused.
    /// - Returns: the bytes released. Fewer than asked do not mean that the pass is over: ask `pass.isOver`.
    func releaseHoles(
        _ bytes: ByteCount, _ pass: inout HolePass, regardless: Bool,
        release: (UnsafePointer<MemoryRange>, Int, (MemoryRange) -> Void) -> ReleaseOutcome
    ) -> ByteCount {
        var released: ByteCount = 0
        var visits = Tunables.holeVisitsPerCall
        while !pass.isOver && released < bytes && visits > 0 {
            guard let shard = shards[pass.nextShard] else {
                pass.skipShard()
                continue
            }
            visits -= 1
            let list = CentralList(
                SizeClass(UInt8(truncatingIfNeeded: pass.nextClass)), pass.nextShard, in: shard)
            list.state.pointee.lock.lock()
            if pass.takeVisit(touched: list.state.pointee.touchedCount) {
                let index = takeTouched(list)
                released += releaseHoles(of: index, list, &pass, regardless: regardless, release: release)
            } else {
                list.state.pointee.lock.unlock()
            }
        }
        pass.released += released
        return released
    }

    /// Releases the holes of a span, which was just taken off the list of touched spans. The caller holds the
    /// list's lock; the call unlocks it.
    private func releaseHoles(
        of index: SpanIndex, _ list: CentralList, _ pass: inout HolePass, regardless: Bool,
        release: (UnsafePointer<MemoryRange>, Int, (MemoryRange) -> Void) -> ReleaseOutcome
    ) -> ByteCount {
        list.state.pointee.lock.assertHeld()
        let span = spans.record(index)
        let entry = classes[list.sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        let blocks = UInt(entry.blocksPerSpan)
        let physicalPage = heap.physicalPage
        invariant(span.pointee.sizeClass == list.sizeClass.rawValue, "a touched span is on the list of another class")
        invariant(span.pointee.freeBlocks < entry.blocksPerSpan, "a span on its way to the heap is among the touched")

        let isBusy = span.pointee.wasTouched
        span.pointee.wasTouched = false
        if isBusy && !regardless {
            appendTouched(index, list)
            list.state.pointee.lock.unlock()
            pass.sawBusySpan = true
            return 0
        }
        let holes =
            span.pointee.freeBlocks == 0
            ? 0 : span.pointee.releasableHoles(blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        if holes == 0 {
            list.state.pointee.lock.unlock()
            return 0
        }
        let claimed = span.pointee.freeBlocks(
            touching: holes, blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        span.pointee.claim(claimed)
        if span.pointee.freeBlocks == 0 { unlink(index, list) }
        let base = span.pointee.base
        list.state.pointee.lock.unlock()

        let (done, outcome) = Self.release(holes, of: base, physicalPage, release)

        list.state.pointee.lock.lock()
        if span.pointee.freeBlocks == 0 { link(index, list) }
        span.pointee.unclaim(claimed)
        span.pointee.releasedPhysicalPages |= done
        // What was refused is tried again in a later pass, if there is one.
        if done != holes && span.pointee.nextTouched == 0 { appendTouched(index, list) }
        let isEmpty = span.pointee.freeBlocks == entry.blocksPerSpan
        if isEmpty { takeOffLists(index, list) }
        list.state.pointee.lock.unlock()
        let released = physicalPage * UInt(done.nonzeroBitCount)
        heap.noteHoles(released: released, outcome)
        pass.returned += outcome.returned
        // Its last blocks came back in the meantime.
        if isEmpty { self.release(index) }
        return released
    }

    /// Releases physical pages of a span.
    ///
    /// - Parameter holes: a bit for each page to release.
    /// - Returns: the bits of the pages that were released, and the outcome of the calls.
    private static func release(
        _ holes: UInt64, of base: UInt, _ physicalPage: ByteCount,
        _ release: (UnsafePointer<MemoryRange>, Int, (MemoryRange) -> Void) -> ReleaseOutcome
    ) -> (done: UInt64, outcome: ReleaseOutcome) {
        // 64 pages have at most 32 runs.
        withUnsafeTemporaryAllocation(of: MemoryRange.self, capacity: 32) { buffer in
            let ranges = buffer.baseAddress.unsafelyUnwrapped
            var count = 0
            forEachRun(holes) { first, pages in
                let address = base &+ first &* physicalPage.rawValue
                (ranges + count).initialize(to: MemoryRange(address: address, bytes: physicalPage * pages))
                count += 1
            }
            var done = holes
            let outcome = release(ranges, count) { piece in
                let first = (piece.address &- base) / physicalPage.rawValue
                done &= ~BitOperations.mask(first: first, count: piece.bytes.rawValue / physicalPage.rawValue)
            }
            return (done, outcome)
        }
    }

    /// Calls `body` with the first index and the length of each run of ones.
    private static func forEachRun(_ bits: UInt64, _ body: (UInt, UInt) -> Void) {
        var rest = bits
        while rest != 0 {
            let first = rest.trailingZeroBitCount
            let count = (~(rest &>> UInt64(first))).trailingZeroBitCount
            body(UInt(first), UInt(count))
            rest &= ~BitOperations.mask(first: UInt(first), count: UInt(count))
        }
    }
}

/// The progress of a pass over the touched spans, shard by shard and class by class. Changed under the pass lock by the
/// thread that has the worker's turn, which may read it without.
package struct HolePass {
    /// The class whose spans are visited; 0 if no pass is under way.
    private(set) var nextClass = 0
    /// The shard whose spans are visited.
    private(set) var nextShard = ShardIndex.first
    /// How many touched spans of the list are left to visit; nil before the first of them. Spans that join the list
    /// meanwhile wait for the next pass.
    private var left: UInt32?
    /// The spans visited in this pass.
    private(set) var visited = 0
    /// Whether a span was too recently used, so that a later pass may find something in it.
    var sawBusySpan = false
    /// Bytes released in this pass, and bytes of physical memory that went back.
    var released: ByteCount = 0
    var returned: ByteCount = 0

    /// A pass that is over.
    package init() {}

    /// A pass that begins.
    static var beginning: HolePass {
        var pass = HolePass()
        pass.nextClass = 1
        return pass
    }

    var isOver: Bool { nextClass == 0 }

    /// Moves on to the next shard; after the last one the pass is over.
    mutating func skipShard() {
        let next = nextShard.index + 1
        nextClass = next < Tunables.shardLimit ? 1 : 0
        nextShard = ShardIndex(processor: UInt32(truncatingIfNeeded: next))
        left = nil
    }

    /// Counts a visit of a span of the list; moves on to the next list if all that were touched are visited.
    ///
    /// - Parameter touched: the number of spans in the list's ring now.
    /// - Returns: whether there is a span to visit.
    mutating func takeVisit(touched: UInt32) -> Bool {
        // A forced release may have emptied the list since the last visit.
        let spans = min(left ?? touched, touched)
        if spans == 0 {
            nextClass += 1
            left = nil
            if nextClass == SizeClass.count { skipShard() }
            return false
        }
        left = spans - 1
        visited += 1
        return true
    }
}
