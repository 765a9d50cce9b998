import Synchronization

/// Large blocks: whole pages, each block a span of its own.
extension MallocHeap {
    /// Allocates a large block. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - bytes: at least 1.
    ///   - alignment: in bytes, a power of two.
    /// - Returns: its address, and the number of its bytes without physical memory, which read as zero if
    ///   ``Heap/releasedReadsZero``; nil if there is no memory.
    package func allocateLarge(
        _ bytes: ByteCount, alignment: ByteCount = 16
    ) -> (pointer: UnsafeMutableRawPointer, scavenged: ByteCount)? {
        // Refused before any metadata is written for it.
        guard mayBeHad(bytes) else { return nil }
        if let block = allocateLargeOnce(bytes, alignment) { return block }
        // Everything that the heap holds idle is reclaimed before a request fails. Meanwhile other threads' freed blocks
        // bypass the large-block caches; what they put there just before takes another try.
        state.pointee.shortages.wrappingAdd(1, ordering: .relaxed)
        defer { state.pointee.shortages.wrappingSubtract(1, ordering: .relaxed) }
        for _ in 0..<Tunables.reclaimTries {
            reclaimIdle()
            if let block = allocateLargeOnce(bytes, alignment) { return block }
        }
        return nil
    }

    private func allocateLargeOnce(
        _ bytes: ByteCount, _ alignment: ByteCount
    ) -> (pointer: UnsafeMutableRawPointer, scavenged: ByteCount)? {
        let pages = bytes.pagesRoundedUp
        let shard = currentShard
        if !isHardened && LargeBlockCache.keeps(pages) && alignment <= PageGeometry.pageBytes,
            let address = takeFreed(pages, shard)
        {
            return (address, 0)
        }
        guard let index = spans.allocateRecord(shard, of: shards) else { return nil }
        guard
            let (address, scavenged) = heap.allocatePages(
                pages + guardPages, alignment: alignment.pagesRoundedUp,
                shard: PageCaches.number(Int(truncatingIfNeeded: pages.rawValue), shard), for: spans)
        else {
            spans.deallocateRecord(index, shards.records(shard))
            return nil
        }
        let span = spans.record(index)
        span.pointee.base = address
        span.pointee.pages = UInt32(truncatingIfNeeded: pages.rawValue)
        span.pointee.shard = shard.rawValue
        span.pointee.freeBlocks = 0
        span.pointee.isAligned = alignment > PageGeometry.pageBytes
        if hasGuards { setGuard(behind: span) }
        spans.set(PageMapEntry(span: index, sizeClass: .notSmall), from: address, count: 1)
        noteLive(pages.bytes.rawValue, shard, out: true)
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        // The guard was one of the pages without memory, if there were any.
        return (pointer, scavenged == 0 ? 0 : scavenged - guardPages.bytes)
    }

    /// Whether the system could ever satisfy a request. It is asked anew each time, because memory may be added, but
    /// only for requests above ``Tunables/uncheckedRequestBytes``.
    func mayBeHad(_ bytes: ByteCount) -> Bool {
        bytes <= Tunables.uncheckedRequestBytes
            || bytes <= heap.configuration.reservationBytes
                && bytes <= heap.system.largestRequestBytes
    }

    /// Takes a block of enough pages from a large-block cache: the shard's, or another; nil if there is none.
    private func takeFreed(_ pages: PageCount, _ shard: ShardIndex) -> UnsafeMutableRawPointer? {
        let cache = shards.largeBlocks(shard)
        cache.pointee.lock.lock()
        var index = cache.pointee.take(LargeBlockCache.sizes(serving: pages)) { spans.record($0) }
        cache.pointee.lock.unlock()
        if index == .none && shards.areInUse { index = takeFreedFromOthers(pages, than: shard) }
        if index == .none { return nil }
        let span = spans.record(index)
        noteLive(span.pointee.bytes.rawValue, shard, out: true)
        return UnsafeMutableRawPointer(bitPattern: span.pointee.base)
    }

    private func takeFreedFromOthers(_ pages: PageCount, than own: ShardIndex) -> SpanIndex {
        var index = SpanIndex.none
        for size in LargeBlockCache.sizes(serving: pages) {
            let holders = shards.largeBlockHolders(size)
            holders.pointee.searchOthers(than: own) { shard in
                let cache = shards.largeBlocks(shard)
                guard cache.pointee.lock.tryLock() else { return false }
                index = cache.pointee.take(size...size) { spans.record($0) }
                if index == .none { holders.pointee.remove(shard) }
                cache.pointee.lock.unlock()
                return index != .none
            }
            if index != .none { break }
        }
        return index
    }

    /// Allocates a large block that reads as zero. Memory known to be zero is not touched.
    func allocateLargeZeroed(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        guard let (pointer, scavenged) = allocateLarge(bytes) else { return nil }
        let pages = bytes.pagesRoundedUp
        if scavenged == pages.bytes && heap.releasedReadsZero { return pointer }
        if pages.bytes >= Tunables.zeroByReleaseBytes && heap.discardedReadsZero
            && heap.system.release(UInt(bitPattern: pointer), pages.bytes, method: .now) == 0
        {
            return pointer
        }
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: Int(bitPattern: bytes.rawValue))
        return pointer
    }

    /// Frees a large block, or keeps it in the large-block cache. Aborts if the address is not its beginning, or it is
    /// free already. The caller holds no lock.
    func freeLarge(_ address: UInt, _ index: SpanIndex) {
        let span = spans.record(index)
        if span.pointee.base != address {
            WrongUse.stop(.insideLargeBlock, address, in: .free, base: span.pointee.base)
        }
        let pages = PageCount(UInt(span.pointee.pages))
        if !Span.markFree(span) { WrongUse.stop(.alreadyFree, address, in: .free) }
        let shard = currentShard
        noteLive(pages.bytes.rawValue, shard, out: false)
        if isHardened { return freeLargeHardened(index) }
        if LargeBlockCache.keeps(pages) && !span.pointee.isAligned
            && state.pointee.shortages.load(ordering: .relaxed) == 0
        {
            keepFreed(index, pages, shard)
        } else {
            giveLargeBack(index)
        }
    }

    /// Keeps a freed block in the large-block cache of a shard, which gives up others for it if it is full.
    private func keepFreed(_ index: SpanIndex, _ pages: PageCount, _ shard: ShardIndex) {
        let limit = Tunables.largeCacheBytes(shards: shards.count)
        let cache = shards.largeBlocks(shard)
        cache.pointee.lock.lock()
        var givenUp = cache.pointee.keep(index, limit: limit) { spans.record($0) }
        shards.largeBlockHolders(Int(bitPattern: pages.rawValue)).pointee.insert(shard)
        cache.pointee.lock.unlock()
        heap.noteGiven(pages.bytes)
        while givenUp != .none {
            let index = givenUp
            givenUp = SpanIndex(UInt(spans.record(index).pointee.next))
            giveLargeBack(index)
        }
    }

    /// Returns freed large blocks from the large-block caches to the heap.
    ///
    /// - Parameter regardless: whether to return all of them, or only those not needed since the last call.
    /// - Returns: whether a later call may return more.
    func releaseLargeBlockCaches(regardless: Bool) -> Bool {
        var holdsMore = false
        shards.visitAll { shard, _ in
            let cache = shards.largeBlocks(shard)
            while true {
                cache.pointee.lock.lock()
                let index = cache.pointee.takeIdle(regardless: regardless) { spans.record($0) }
                if index == .none && cache.pointee.look() { holdsMore = true }
                cache.pointee.lock.unlock()
                if index == .none { break }
                giveLargeBack(index)
            }
        }
        return holdsMore
    }

    /// Returns a large block's pages and its span record to the heap.
    func giveLargeBack(_ index: SpanIndex) {
        let span = spans.record(index).pointee
        let pages = PageCount(UInt(span.pages))
        spans.set(.none, from: span.base, count: 1)
        spans.deallocateRecord(index, shards.records(ShardIndex(span.shard)))
        if span.wasMoved {
            freeMoved(span.base, pages)
        } else {
            heap.freePages(span.base, pages)
        }
    }

    /// Resizes a large block in place. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - index: the block's span.
    ///   - bytes: the new size, larger than any small block's.
    /// - Returns: false if the block cannot grow in place; then nothing has changed.
    package func resizeLarge(_ index: SpanIndex, to bytes: ByteCount) -> Bool {
        let span = spans.record(index)
        let old = PageCount(UInt(span.pointee.pages))
        let new = bytes.pagesRoundedUp
        if new == old { return true }
        if isHardened { return resizeLargeHardened(span, to: new) }
        if new < old {
            let tail = span.pointee.base &+ new.bytes.rawValue
            span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
            noteLive((old - new).bytes.rawValue, currentShard, out: false)
            freeTail(tail, old - new, wasMoved: span.pointee.wasMoved)
            return true
        }
        let end = span.pointee.base &+ old.bytes.rawValue
        guard mayBeHad(bytes), heap.extend(at: end, by: new - old) else { return false }
        span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
        noteLive((new - old).bytes.rawValue, currentShard, out: true)
        return true
    }
}
