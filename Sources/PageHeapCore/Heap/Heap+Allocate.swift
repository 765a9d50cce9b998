extension Heap {
    /// Allocates pages. No lock is held.
    ///
    /// Where the heap has to grow and would retain more than its goal, some free memory is released first, in the
    /// caller: growing means that no free fragment was large enough. The same where the new pages would go beyond the
    /// memory limit. At most ``Tunables/growthAssistBytes``.
    ///
    /// - Parameters:
    ///   - count: at least 1.
    ///   - alignment: of the first page, in pages, a power of two.
    ///   - shard: which page cache to use, any number.
    /// - Returns: the process's address, and how many of the bytes have no physical memory, which then read as zero where
    ///   ``releasedReadsZero``; nothing where there is no memory.
    package func allocatePages(
        _ count: PageCount, alignment: PageCount, shard: Int
    ) -> (address: UInt, scavenged: ByteCount)? {
        LockRanks.SizeClass.assertNoneFromHere()
        let most = PageCount(state.pointee.configuration.reservationBytes.rawValue / PageGeometry.pageBytes.rawValue)
        guard count <= most, alignment <= most else { return nil }
        if count < Tunables.pageCacheRequestLimit && alignment <= 1,
            let cached = allocateFromCache(count, shard % Tunables.pageCacheShards)
        {
            noteReuse(cached.base, count, scavenged: cached.scavenged)
            assist(AssistNeed(taken: cached.scavenged))
            return (process(cached.base), cached.scavenged)
        }
        locked.lock()
        var need = AssistNeed(taken: 0)
        var allocation = locked.pointee.pages.allocate(
            count, alignment: alignment, chunkLimit: Tunables.alignedSearchChunks)
        if allocation == nil {
            need.retainedBefore = currentBooks().retained
            need.growth = grow(toHold: count + alignment - 1)
            // What was added has an aligned place at least; where nothing was, there may be one far up.
            let chunkLimit = need.growth != 0 ? Tunables.alignedSearchChunks : .max
            allocation = locked.pointee.pages.allocate(count, alignment: alignment, chunkLimit: chunkLimit)
        }
        if let allocation {
            locked.pointee.books.use(count.bytes, scavenged: allocation.scavenged)
            need.taken = allocation.scavenged
        }
        publish()
        locked.unlock()
        assist(need)
        guard let allocation else { return nil }
        noteReuse(allocation.base, count, scavenged: allocation.scavenged)
        return (process(allocation.base), allocation.scavenged)
    }

    /// Takes note of pages of which so many bytes will be faulted in. No lock is needed.
    func noteReuse(_ base: OffsetAddress, _ count: PageCount, scavenged: ByteCount) {
        if scavenged == 0 { return }
        state.pointee.system.noteUse(process(base), count.bytes)
        ReuseCounts.noteUse(
            reuse, ChunkIndex(containing: base), scavenged, now: state.pointee.system.coarseNanoseconds())
    }

    /// Pages from one of the page caches, filling it where it is empty or too fragmented.
    private func allocateFromCache(_ count: PageCount, _ shard: Int) -> PageAllocation? {
        state.pointee.shards[shard].lock.lock()
        defer { state.pointee.shards[shard].lock.unlock() }
        if let allocation = state.pointee.shards[shard].allocate(count) { return allocation }
        locked.lock()
        state.pointee.shards[shard].refill(from: locked)
        publish()
        locked.unlock()
        return state.pointee.shards[shard].allocate(count)
    }

    /// Frees pages. No lock is held.
    ///
    /// - Parameters:
    ///   - address: the first page's, in the process.
    ///   - count: at least 1; all of them in use.
    ///   - holes: a bit for each physical page of them whose memory has been given back, where a page has one or more.
    ///     A page all of whose physical pages are released becomes a scavenged one; of others, the released part counts
    ///     as retained from now on.
    package func freePages(_ address: UInt, _ count: PageCount, holes: UInt64 = 0) {
        LockRanks.SizeClass.assertNoneFromHere()
        locked.lock()
        locked.pointee.pages.free(base: offset(address), count: count)
        locked.pointee.books.unuse(count.bytes)
        if holes != 0 { carryOver(holes, at: offset(address), count) }
        publish()
        locked.unlock()
        if noteFreed(count.bytes) { wakeWorker() }
    }

    /// Frees pages all of whose memory has been given back. No lock is held.
    package func freeReleasedPages(_ address: UInt, _ count: PageCount) {
        locked.lock()
        locked.pointee.pages.free(base: offset(address), count: count)
        locked.pointee.pages.markScavenged(base: offset(address), count: count)
        locked.pointee.books.unuse(count.bytes)
        locked.pointee.books.released += count.bytes
        publish()
        locked.unlock()
    }

    /// Makes released physical pages of a freed span scavenged pages, where they make up whole ones. The heap lock is
    /// held.
    private func carryOver(_ holes: UInt64, at base: OffsetAddress, _ count: PageCount) {
        locked.pointee.lock.assertHeld()
        let perPage = PageGeometry.pageBytes.rawValue / physicalPage.rawValue
        for page in 0..<count.rawValue {
            let mask = BitOperations.mask(first: page &* perPage, count: perPage)
            guard holes & mask == mask else { continue }
            locked.pointee.pages.markScavenged(base: base + PageCount(page).bytes, count: 1)
            locked.pointee.books.released += PageGeometry.pageBytes
        }
        locked.pointee.books.releasedInSpans -= physicalPage * UInt(holes.nonzeroBitCount)
    }

    /// Whether pages are exactly what ``freePages(_:_:)`` may be given: in this heap, and all in use.
    package func areInUse(_ address: UInt, _ count: PageCount) -> Bool {
        guard Self.mayBePages(address, count) else { return false }
        locked.lock()
        defer { locked.unlock() }
        let base = offset(address)
        guard locked.pointee.pages.contains(base: base, count: count) else { return false }
        return locked.pointee.pages.isAllocated(base: base, count: count)
    }

    /// Whether an address and a count could be those of pages at all.
    static func mayBePages(_ address: UInt, _ count: PageCount) -> Bool {
        count != 0 && address % PageGeometry.pageBytes.rawValue == 0
            && count.rawValue <= UInt.max &>> UInt(PageGeometry.pageShift)
    }
}
