extension Heap {
    /// Aborts if any figure in the ledger (see ``HeapLedger``) disagrees with the address ranges, bitmaps and page
    /// caches. For checked builds and tests. No other thread may use the heap in the meantime.
    ///
    /// Visits every chunk.
    ///
    /// - Parameter releasedInSpans: bytes released inside the spans of the layer above the heap.
    package func checkInvariants(releasedInSpans: ByteCount = 0) {
        locked.lock()
        defer { locked.unlock() }
        // From here on, the allocator's counts are known to match its bitmaps.
        locked.pointee.pages.checkInvariants()
        let ledger = currentLedger()
        ledger.checkInvariants()

        let free = locked.pointee.pages.freePages.bytes
        let scavenged = locked.pointee.pages.scavengedPages.bytes
        let (cached, cachedReleased) = pageCaches.bytes
        let (ahead, withheld) = state.pointee.addressSpace.notInAllocator
        let total = locked.pointee.pages.inUse.totalBytes - withheld
        let inUse = total - free - cached - cachedReleased
        let freeRetained = free - scavenged
        let released = scavenged + cachedReleased + ahead
        let inSpans = releasedInSpans + locked.pointee.discarded

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

    /// Checks, in checked builds, that the allocator's counts match its bitmaps, its summaries are right and the ledger
    /// balances. Other threads may use the heap in the meantime. Takes the page caches' locks and the heap lock.
    func checkLedger() {
        #if PAGEHEAP_CHECKED
            LockRanks.Pass.assertNoneFromHere()
            pageCaches.lockAll()
            locked.lock()
            defer {
                locked.unlock()
                pageCaches.unlockAll()
            }
            locked.pointee.pages.checkInvariants()
            currentLedger().checkInvariants()
            let (ahead, withheld) = state.pointee.addressSpace.notInAllocator
            let total = locked.pointee.pages.inUse.totalBytes + ahead - withheld
            if total != locked.pointee.ledger.system { fatal("system bytes are wrong:", total.rawValue) }
        #endif
    }
}
