extension Heap {
    /// Aborts if any figure in the ledger (see ``HeapLedger``) disagrees with the address ranges, bitmaps, page caches
    /// and span records. For checked builds and tests. No other thread may use the heap in the meantime.
    ///
    /// Visits every chunk and every span.
    package func checkInvariants() {
        locked.lock()
        defer { locked.unlock() }
        // From here on, the allocator's counts are known to match its bitmaps.
        locked.pointee.pages.checkInvariants()
        let ledger = currentLedger()
        ledger.checkInvariants()

        let free = locked.pointee.pages.freePages.bytes
        let scavenged = locked.pointee.pages.scavengedPages.bytes
        var cached: ByteCount = 0
        var cachedReleased: ByteCount = 0
        for shard in 0..<Tunables.pageCacheShards {
            let cache = pageCache(shard).pointee.cache
            cached += cache.retainedBytes
            cachedReleased += PageCount(UInt(cache.free.nonzeroBitCount)).bytes - cache.retainedBytes
        }
        let (ahead, withheld) = notInAllocator
        let total = locked.pointee.pages.inUse.totalBytes - withheld
        let inUse = total - free - cached - cachedReleased
        let freeRetained = free - scavenged
        let released = scavenged + cachedReleased + ahead
        let inSpans = spanRecordTotals.released + state.pointee.discardedBytes

        if cached != ledger.cached { fatal("cached bytes are wrong:", ledger.cached.rawValue) }
        if released != ledger.released { fatal("released bytes are wrong:", ledger.released.rawValue) }
        if total + ahead != ledger.system { fatal("system bytes are wrong:", ledger.system.rawValue) }
        if inUse != ledger.inUse { fatal("in-use bytes are wrong:", ledger.inUse.rawValue) }
        if inSpans != ledger.releasedInSpans {
            fatal("bytes released in spans are wrong:", ledger.releasedInSpans.rawValue)
        }
        if freeRetained != ledger.freeRetained {
            fatal("free and retained bytes are wrong:", ledger.freeRetained.rawValue)
        }
    }

    /// Bytes that are accessible but not yet in the allocator, and bytes that the allocator counts as in use but are
    /// not yet accessible. The caller holds the heap lock.
    private var notInAllocator: (ahead: ByteCount, withheld: ByteCount) {
        var ahead: ByteCount = 0
        var withheld: ByteCount = 0
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if reservation.accessibleEnd >= reservation.grownEnd {
                ahead += ByteCount(reservation.accessibleEnd &- reservation.grownEnd)
            } else {
                withheld += ByteCount(reservation.grownEnd &- reservation.accessibleEnd)
            }
        }
        return (ahead, withheld)
    }

    /// Checks, in checked builds, that the allocator's counts match its bitmaps, its summaries are right and the ledger
    /// balances. Other threads may use the heap in the meantime. Takes the page caches' locks and the heap lock.
    func checkLedger() {
        #if PAGEHEAP_CHECKED
            LockRanks.Pass.assertNoneFromHere()
            lockShards()
            locked.lock()
            defer {
                locked.unlock()
                unlockShards()
            }
            locked.pointee.pages.checkInvariants()
            currentLedger().checkInvariants()
            let (ahead, withheld) = notInAllocator
            let total = locked.pointee.pages.inUse.totalBytes + ahead - withheld
            if total != locked.pointee.ledger.system { fatal("system bytes are wrong:", total.rawValue) }
        #endif
    }

    /// Total bytes of all live spans, and the bytes of them that their hole words mark as released. The caller holds
    /// the heap lock, and no other thread may use the heap in the meantime.
    var spanRecordTotals: (bytes: ByteCount, released: ByteCount) {
        var bytes: ByteCount = 0
        var released: ByteCount = 0
        var number = 1
        while number < spanRecordCount {
            let index = SpanIndex(UInt(number))
            let span = spanRecord(index)
            // A freed record keeps its old contents, but the page map no longer refers to it.
            if span.pointee.pages != 0 && spanEntryLocked(of: span.pointee.base).span == index {
                bytes += PageCount(UInt(span.pointee.pages)).bytes
                released += physicalPage * UInt(span.pointee.releasedPhysicalPages.nonzeroBitCount)
            }
            number += 1
        }
        return (bytes, released)
    }
}

extension MallocHeap {
    /// Aborts if the page heap is inconsistent, or its pages in use are not exactly those of spans. For checked builds
    /// and tests. No other thread may use the heap in the meantime.
    package func checkInvariants() {
        heap.checkInvariants()
        let inUse = heap.figures().ledger.inUse
        let inSpans = heap.withHeapLock { heap.spanRecordTotals.bytes }
        if inSpans != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
