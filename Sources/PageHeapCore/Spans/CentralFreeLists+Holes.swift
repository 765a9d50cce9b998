extension CentralFreeLists {
    /// Releases holes, visiting span records from where the pass stands.
    ///
    /// A span must have been quiet since the last pass looked at it. A release has three steps: under the class lock,
    /// the free blocks on the holes are claimed; without the lock, the system releases all holes of the span together;
    /// under the lock again, the blocks are put back and the released pages marked.
    ///
    /// - Parameters:
    ///   - bytes: stop once this much is released. The call also stops after ``Tunables/holeRecordsPerCall`` records,
    ///     so that a thread waiting for the pass lock does not wait for a walk over a large heap.
    ///   - regardless: whether to release in spans that are not quiet too.
    ///   - release: releases `count` ranges, and calls its last argument with each piece that was refused.
    /// - Returns: the bytes released. Fewer than asked do not mean that the pass is over: `pass.next` is 0 then.
    func releaseHoles(
        _ bytes: ByteCount, _ pass: inout HolePass, regardless: Bool,
        release: (UnsafePointer<MemoryRange>, Int, (MemoryRange) -> Void) -> ReleaseOutcome
    ) -> ByteCount {
        var released: ByteCount = 0
        var records = Tunables.holeRecordsPerCall
        while pass.next != 0 && released < bytes && records > 0 {
            records -= 1
            if pass.next >= spans.recordCount {
                pass.next = 0
                break
            }
            released += releaseHoles(
                of: SpanIndex(UInt(pass.next)), &pass, regardless: regardless, release: release)
            pass.next += 1
        }
        pass.released += released
        return released
    }

    private func releaseHoles(
        of index: SpanIndex, _ pass: inout HolePass, regardless: Bool,
        release: (UnsafePointer<MemoryRange>, Int, (MemoryRange) -> Void) -> ReleaseOutcome
    ) -> ByteCount {
        let span = spans.record(index)
        // Read without the lock. The class is checked again below, and with it whether the span is partly used.
        let sizeClass = SizeClass(span.pointee.sizeClass)
        if sizeClass == .notSmall { return 0 }
        let entry = classes[sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        let blocks = UInt(entry.blocksPerSpan)
        let physicalPage = heap.physicalPage

        list(sizeClass).pointee.lock.lock()
        guard span.pointee.sizeClass == sizeClass.rawValue, span.pointee.freeBlocks > 0,
            span.pointee.freeBlocks < entry.blocksPerSpan
        else {
            // Fully used, or on its way to or from the heap.
            list(sizeClass).pointee.lock.unlock()
            return 0
        }
        let wasTouched = span.pointee.wasTouched
        span.pointee.wasTouched = false
        let holes =
            wasTouched && !regardless
            ? 0 : span.pointee.releasableHoles(blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        if wasTouched { pass.sawBusySpan = true }
        if holes == 0 {
            list(sizeClass).pointee.lock.unlock()
            return 0
        }
        let claimed = span.pointee.freeBlocks(
            touching: holes, blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        span.pointee.claim(claimed)
        if span.pointee.freeBlocks == 0 { unlink(index, sizeClass) }
        let base = span.pointee.base
        list(sizeClass).pointee.lock.unlock()

        let (done, outcome) = Self.release(holes, of: base, physicalPage, release)

        list(sizeClass).pointee.lock.lock()
        if span.pointee.freeBlocks == 0 { link(index, sizeClass) }
        span.pointee.unclaim(claimed)
        span.pointee.releasedPhysicalPages |= done
        let isEmpty = span.pointee.freeBlocks == entry.blocksPerSpan
        if isEmpty { unlink(index, sizeClass) }
        list(sizeClass).pointee.lock.unlock()
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

/// The progress of a pass over all spans that looks for holes. Changed under the pass lock by the thread
/// that has the worker's turn, which may read it without.
package struct HolePass {
    /// The next record to visit; 0 if no pass is under way.
    var next = 0
    /// Whether a span was too recently used, so that a later pass may find something in it.
    var sawBusySpan = false
    /// Bytes released in this pass, and bytes of physical memory that went back.
    var released: ByteCount = 0
    var returned: ByteCount = 0

    package init() {}
}
