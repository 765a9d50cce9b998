import Synchronization

/// Large blocks that cannot grow in place move by their page tables if the system can do that: the block never occupies
/// memory twice, and no byte is copied. If it cannot, the block is copied in pieces, and each piece of the old place is
/// released before the next one is copied.
///
/// A moved block may be a mapping of its own, because the kernel remembers where its memory came from. So the number of
/// live moved blocks is bounded, and when one is freed, fresh memory is mapped in its place, which merges with its
/// neighbours again.
extension MallocHeap {
    /// Moves a large block to a larger run of pages. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - index: the block's span.
    ///   - bytes: the new size: more than the block has, and at least ``Tunables/moveBytes``.
    /// - Returns: its new address; nil if there is no memory, and then nothing has changed.
    func moveLarge(_ index: SpanIndex, to bytes: ByteCount) -> UnsafeMutableRawPointer? {
        // Page tables of whole huge pages move as one entry if both places are aligned alike.
        let alignment = bytes >= Tunables.movePageTableBytes ? Tunables.movePageTableBytes : PageGeometry.pageBytes
        guard let (target, _) = allocateLarge(bytes, alignment: alignment) else { return nil }
        let span = spans.record(index)
        let base = span.pointee.base
        let pages = PageCount(UInt(span.pointee.pages))
        guard let source = UnsafeMutableRawPointer(bitPattern: base) else { return nil }
        if isSampling {
            sampleFreed(base)
            sampleNew(UInt(bitPattern: target), bytes.rawValue)
        }
        let wasMoved = span.pointee.wasMoved
        let isMoved =
            mayMoveOneMore(wasMoved) && heap.system.move(base, to: UInt(bitPattern: target), pages.bytes)
        if isMoved {
            spans.record(spans.entry(of: UInt(bitPattern: target)).span).pointee.wasMoved = true
            if !wasMoved { state.pointee.movedBlocks.wrappingAdd(1, ordering: .relaxed) }
            span.pointee.wasMoved = false
        }
        var returned: ByteCount = 0
        let isReleased = isMoved || copyInPieces(source, to: target, pages.bytes, returned: &returned)
        noteLive(pages.bytes.rawValue, currentShard, out: false)
        freeGuard(behind: span)
        spans.set(.none, from: base, count: 1)
        let stayedMoved = span.pointee.wasMoved
        spans.deallocateRecord(index, shards.records(ShardIndex(span.pointee.shard)))
        if stayedMoved {
            freeMoved(base, pages)
        } else if isMoved {
            // The old mapping stays in place after a move. Mapping fresh memory over it also drops what the program set
            // on it, such as its protection or its treatment in a fork. No memory is left there: the system is not
            // asked.
            free(base, pages, renewing: true, returned: 0)
        } else if isReleased {
            heap.freeReleasedPages(base, pages, returned: returned)
        } else {
            freeUnreleased(base, pages)
        }
        return target
    }

    private func mayMoveOneMore(_ wasMoved: Bool) -> Bool {
        wasMoved || state.pointee.movedBlocks.load(ordering: .relaxed) < Tunables.movedBlockLimit
    }

    /// Copies memory, releasing each piece of the source once it is copied.
    ///
    /// - Parameter returned: receives the bytes of physical memory that the source had, if all of it was released.
    /// - Returns: whether all of the source was released.
    private func copyInPieces(
        _ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, _ bytes: ByteCount,
        returned: inout ByteCount
    ) -> Bool {
        var done: ByteCount = 0
        var isReleased = heap.discardedReadsZero
        while done < bytes {
            let piece = min(Tunables.copyPieceBytes, bytes - done)
            let from = source + Int(bitPattern: done.rawValue)
            // Asked before the copy, which makes the system map pages that were never touched.
            if isReleased { returned += residentBytes(UInt(bitPattern: from), piece) }
            heap.system.copy(from, to: target + Int(bitPattern: done.rawValue), piece)
            if isReleased {
                isReleased = heap.system.release(UInt(bitPattern: from), piece, method: .now) == 0
            }
            done += piece
        }
        return isReleased
    }

    /// Frees the pages of a moved block, replacing them with fresh memory so that they merge with their neighbours.
    func freeMoved(_ base: UInt, _ pages: PageCount) {
        state.pointee.movedBlocks.wrappingSubtract(1, ordering: .relaxed)
        freeTail(base, pages, wasMoved: true)
    }

    /// Frees pages of a large block.
    ///
    /// - Parameter wasMoved: whether memory was moved to these pages.
    func freeTail(_ base: UInt, _ pages: PageCount, wasMoved: Bool) {
        free(base, pages, renewing: wasMoved, returned: wasMoved ? residentBytes(base, pages.bytes) : 0)
    }

    /// Frees pages.
    ///
    /// - Parameters:
    ///   - renewing: whether to replace them with fresh memory first.
    ///   - returned: the physical memory that they have then lost, in bytes.
    private func free(_ base: UInt, _ pages: PageCount, renewing: Bool, returned: ByteCount) {
        if renewing && heap.system.renew(base, pages.bytes) {
            heap.freeReleasedPages(base, pages, returned: returned)
        } else {
            freeUnreleased(base, pages)
        }
    }

    /// Frees pages that still have what the program wrote.
    private func freeUnreleased(_ base: UInt, _ pages: PageCount) {
        if isHardened { freeCleared(base, pages) } else { heap.freePages(base, pages) }
    }

    /// The physical memory of a part of a block.
    func residentBytes(_ address: UInt, _ bytes: ByteCount) -> ByteCount {
        state.pointee.heap.system.residentBytes(
            of: MemoryRange(address: address, bytes: bytes), physicalPage: heap.physicalPage)
    }
}
