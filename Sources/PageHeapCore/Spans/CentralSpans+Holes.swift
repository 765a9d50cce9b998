extension CentralSpans {
    /// Releases holes, going through the spans' records from where the pass is.
    ///
    /// A span must have been quiet since the last pass looked at it. To release: the free blocks on the holes are
    /// claimed under the class's lock; without it, the system is told; under it, the blocks are put back and the pages
    /// marked.
    ///
    /// - Parameters:
    ///   - bytes: stop when so many are released.
    ///   - regardless: also spans that are not quiet.
    ///   - release: tells the system; false where it refuses.
    /// - Returns: the bytes released; fewer than asked only when the pass is over.
    func releaseHoles(
        _ bytes: ByteCount, _ pass: inout HolePass, regardless: Bool, release: (UInt, ByteCount) -> Bool
    ) -> ByteCount {
        var released: ByteCount = 0
        while pass.next != 0 && released < bytes {
            if pass.next >= source.spanRecordCount {
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
        of index: SpanIndex, _ pass: inout HolePass, regardless: Bool, release: (UInt, ByteCount) -> Bool
    ) -> ByteCount {
        let span = source.spanRecord(index)
        // Read without the lock: whether the span is partly used, which is all that matters, is looked at again.
        let sizeClass = SizeClass(span.pointee.sizeClass)
        if sizeClass == .notSmall { return 0 }
        let entry = classes[sizeClass]
        let blockBytes = UInt(entry.blockBytes)
        let blocks = UInt(entry.blocksPerSpan)
        let physicalPage = source.physicalPage

        lists.pointee[sizeClass.index].lock.lock()
        guard span.pointee.sizeClass == sizeClass.rawValue, span.pointee.freeBlocks > 0,
            span.pointee.freeBlocks < entry.blocksPerSpan
        else {
            // Full, or on its way to or from the heap.
            lists.pointee[sizeClass.index].lock.unlock()
            return 0
        }
        let wasTouched = span.pointee.wasTouched
        span.pointee.wasTouched = false
        let holes =
            wasTouched && !regardless
            ? 0 : span.pointee.releasableHoles(blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        if wasTouched { pass.sawBusySpan = true }
        if holes == 0 {
            lists.pointee[sizeClass.index].lock.unlock()
            return 0
        }
        let claimed = span.pointee.freeBlocks(
            touching: holes, blockBytes: blockBytes, blocks: blocks, physicalPage: physicalPage)
        span.pointee.claim(claimed)
        if span.pointee.freeBlocks == 0 { unlink(index, sizeClass) }
        let base = span.pointee.base
        lists.pointee[sizeClass.index].lock.unlock()

        let done = Self.forEachRun(holes) { first, count in
            release(base &+ UInt(first) &* physicalPage.rawValue, physicalPage * UInt(count))
        }

        lists.pointee[sizeClass.index].lock.lock()
        if span.pointee.freeBlocks == 0 { link(index, sizeClass) }
        span.pointee.unclaim(claimed)
        span.pointee.releasedPhysicalPages |= done
        let isEmpty = span.pointee.freeBlocks == entry.blocksPerSpan
        if isEmpty { unlink(index, sizeClass) }
        lists.pointee[sizeClass.index].lock.unlock()
        let released = physicalPage * UInt(done.nonzeroBitCount)
        // A call for each run of pages: those that begin one have none below them.
        source.noteHoles(released: released, calls: UInt((done & ~(done &<< 1)).nonzeroBitCount))
        // Its last blocks came back meanwhile.
        if isEmpty { self.release(index) }
        return released
    }

    /// Calls `body` with each run of ones, and answers those runs' bits for which it answers true.
    private static func forEachRun(_ bits: UInt64, _ body: (Int, Int) -> Bool) -> UInt64 {
        var rest = bits
        var done: UInt64 = 0
        while rest != 0 {
            let first = rest.trailingZeroBitCount
            let count = (~(rest &>> UInt64(first))).trailingZeroBitCount
            let mask = BitOperations.mask(first: UInt(first), count: UInt(count))
            if body(first, count) { done |= mask }
            rest &= ~mask
        }
        return done
    }
}
