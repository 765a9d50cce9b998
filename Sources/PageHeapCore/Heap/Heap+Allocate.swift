extension Heap {
    /// Allocates a run of pages.
    ///
    /// If the heap has to grow and would then retain more than its goal, the caller releases some free memory before it
    /// returns: growth means that no free fragment was large enough. The same applies if the new pages would exceed the
    /// memory limit. The caller releases at most ``Tunables/growthAssistBytes``.
    ///
    /// The caller holds no lock.
    ///
    /// - Parameters:
    ///   - count: number of pages, at least 1.
    ///   - alignment: alignment of the first page, in pages; a power of two.
    ///   - shard: the page cache (``PageCaches/number(_:_:)``); any number.
    ///   - user: the layer above the heap, if it keeps data per page.
    /// - Returns: the process address, and the number of bytes without physical memory, which read as zero if
    ///   ``releasedReadsZero``; nil if there is no memory.
    package func allocatePages(
        _ count: PageCount, alignment: PageCount, shard: Int, for user: some RangeUser
    ) -> (address: UInt, scavenged: ByteCount)? {
        LockRanks.SizeClass.assertNoneFromHere()
        let most = PageCount(configuration.reservationBytes.rawValue / PageGeometry.pageBytes.rawValue)
        guard count <= most, alignment <= most else { return nil }
        if count < Tunables.pageCacheRequestLimit && alignment <= 1 && !hasHardLimit,
            let cached = allocateFromCache(count, shard % PageCaches.count)
        {
            noteReuse(cached.base, count, scavenged: cached.scavenged)
            assist(AssistNeed(taken: cached.scavenged))
            return (process(cached.base), cached.scavenged)
        }
        var need = AssistNeed(taken: 0)
        var isTooMuch = false
        var allocation: PageAllocation?
        repeat {
            allocation = allocateRun(count, alignment: alignment, &need, &isTooMuch, for: user)
        } while isTooMuch && makeRoom(for: count.bytes)
        assist(need)
        guard let allocation else { return nil }
        noteReuse(allocation.base, count, scavenged: allocation.scavenged)
        return (process(allocation.base), allocation.scavenged)
    }

    /// Takes a run of pages from the page allocator, growing the heap if need be. Takes the heap lock.
    ///
    /// - Parameters:
    ///   - need: receives what was taken.
    ///   - isTooMuch: set to whether the run would exceed the hard limit; then nothing is taken.
    private func allocateRun(
        _ count: PageCount, alignment: PageCount, _ need: inout AssistNeed, _ isTooMuch: inout Bool,
        for user: some RangeUser
    ) -> PageAllocation? {
        withLockedPages {
            isTooMuch = excessOverHardLimit(with: count.bytes) != 0
            if isTooMuch { return nil }
            var allocation = locked.pointee.pages.allocate(
                count, alignment: alignment, chunkLimit: Tunables.alignedSearchChunks)
            if allocation == nil {
                need.retainedBefore = currentLedger().retained
                need.growth = state.pointee.addressSpace.grow(toHold: count + alignment - 1, self, for: user)
                // After growth, the added memory contains an aligned place. Without growth, one may lie far up.
                let chunkLimit = need.growth != 0 ? Tunables.alignedSearchChunks : .max
                allocation = locked.pointee.pages.allocate(count, alignment: alignment, chunkLimit: chunkLimit)
            }
            if let allocation {
                locked.pointee.ledger.use(count.bytes, scavenged: allocation.scavenged)
                need.taken = allocation.scavenged
            }
            return allocation
        }
    }

    /// Records that released pages are allocated again and will be faulted in. Needs no lock.
    ///
    /// - Parameter scavenged: bytes among them without physical memory.
    func noteReuse(_ base: OffsetAddress, _ count: PageCount, scavenged: ByteCount) {
        if scavenged == 0 { return }
        system.noteUse(process(base), count.bytes)
        ReuseCounts.noteUse(
            reuse, ChunkIndex(containing: base), scavenged, now: system.coarseNanoseconds())
    }

    /// Takes pages from a page cache, refilling it if it is empty or too fragmented. Returns nil if that fails. Takes
    /// the cache's lock, and the heap lock for a refill.
    private func allocateFromCache(_ count: PageCount, _ shard: Int) -> PageAllocation? {
        pageCaches[shard].pointee.lock.lock()
        defer { pageCaches[shard].pointee.lock.unlock() }
        if let allocation = pageCaches[shard].pointee.allocate(count) { return allocation }
        withLockedPages { pageCaches[shard].pointee.refill(from: locked) }
        return pageCaches[shard].pointee.allocate(count)
    }

    /// Frees a run of pages.
    ///
    /// The caller holds no lock of rank ``LockRanks/SizeClass`` or later.
    ///
    /// - Parameters:
    ///   - address: process address of the first page.
    ///   - count: number of pages, at least 1; all of them in use.
    ///   - holes: one bit per physical page of the run, set if its memory has been released. A page whose physical
    ///     pages are all released becomes a scavenged page; the released part of any other page counts as retained from
    ///     now on.
    package func freePages(_ address: UInt, _ count: PageCount, holes: UInt64 = 0) {
        LockRanks.SizeClass.assertNoneFromHere()
        withLockedPages {
            locked.pointee.pages.free(base: offset(address), count: count)
            locked.pointee.ledger.unuse(count.bytes)
            if holes != 0 { carryOver(holes, at: offset(address), count) }
        }
        if noteFreed(count.bytes) { wakeWorker() }
    }

    /// Counts physical memory that went back to the system from pages in use, in bytes.
    func noteReturned(_ bytes: ByteCount) { withLockedPages { locked.pointee.ledger.returnedTotal += bytes } }

    /// Frees a run of pages whose memory has all been released. The caller holds neither the heap lock nor a later one.
    ///
    /// - Parameter returned: bytes of physical memory that they had.
    package func freeReleasedPages(_ address: UInt, _ count: PageCount, returned: ByteCount) {
        withLockedPages {
            locked.pointee.ledger.returnedTotal += returned
            locked.pointee.pages.free(base: offset(address), count: count)
            locked.pointee.pages.markScavenged(base: offset(address), count: count)
            locked.pointee.ledger.unuse(count.bytes)
            locked.pointee.ledger.released += count.bytes
        }
    }

    /// Marks the pages of a freed span as scavenged if all of their physical pages were released. The caller holds the
    /// heap lock.
    private func carryOver(_ holes: UInt64, at base: OffsetAddress, _ count: PageCount) {
        locked.pointee.lock.assertHeld()
        let perPage = PageGeometry.pageBytes.rawValue / physicalPage.rawValue
        for page in 0..<count.rawValue {
            let mask = BitOperations.mask(first: page &* perPage, count: perPage)
            guard holes & mask == mask else { continue }
            locked.pointee.pages.markScavenged(base: base + PageCount(page).bytes, count: 1)
            locked.pointee.ledger.released += PageGeometry.pageBytes
        }
        locked.pointee.ledger.releasedInSpans -= physicalPage * UInt(holes.nonzeroBitCount)
    }

    // MARK: What the layer above does inside its pages

    /// Records physical pages that the layer above released inside pages in use. Takes the heap lock.
    ///
    /// - Parameters:
    ///   - released: bytes released.
    ///   - outcome: what became of the system calls that released them.
    func noteHoles(released: ByteCount, _ outcome: ReleaseOutcome) {
        withLockedPages {
            locked.pointee.ledger.releaseInUse(released, returned: outcome.returned, calls: outcome.calls)
            locked.pointee.ledger.releaseFailures += outcome.failures
        }
    }

    /// Records released physical pages inside pages in use that are about to be touched again. The caller holds no
    /// lock.
    func noteHoles(touched: ByteCount) {
        withLockedPages { locked.pointee.ledger.releasedInSpans -= touched }
        assist(AssistNeed(taken: touched))
    }

    /// Records bytes of blocks that came back to the layer above. The caller holds no lock of rank
    /// ``LockRanks/SizeClass`` or later.
    func noteGiven(_ bytes: ByteCount) {
        if noteFreed(bytes) { wakeWorker() }
    }

    // MARK: Questions

    /// Whether pages may be passed to ``freePages(_:_:holes:)``: they lie in this heap and are all in use. Takes the
    /// heap lock.
    package func areInUse(_ address: UInt, _ count: PageCount) -> Bool {
        guard Self.mayBePages(address, count) else { return false }
        let base = offset(address)
        return withHeapLock {
            locked.pointee.pages.contains(base: base, count: count)
                && locked.pointee.pages.isAllocated(base: base, count: count)
        }
    }

    /// Whether an address and a count can describe pages at all: page-aligned, not empty, no overflow.
    static func mayBePages(_ address: UInt, _ count: PageCount) -> Bool {
        count != 0 && address % PageGeometry.pageBytes.rawValue == 0
            && count.rawValue <= UInt.max &>> UInt(PageGeometry.pageShift)
    }
}
