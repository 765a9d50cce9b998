import CPageHeapInterface

extension MallocHeap {
    /// Writes what threads' caches hold, except for the structure's size. Takes the registry lock.
    ///
    /// The registry lock keeps thread caches from being added, removed or drained meanwhile; but their owners work on
    /// them without a lock, so what is read of them is close, not exact.
    package func write(to answer: inout pageheap_thread_caches) {
        state.pointee.caches.lock.lock()
        defer { state.pointee.caches.lock.unlock() }
        var caches: UInt = 0
        var blocks: UInt = 0
        var bytes: UInt = 0
        state.pointee.caches.visitAll { cache in
            caches += 1
            for number in 1..<SizeClass.count {
                let sizeClass = SizeClass(UInt8(number))
                let count = UInt(bitPattern: cache.count(sizeClass))
                blocks += count
                bytes += count * UInt(classes[sizeClass].blockBytes)
            }
        }
        answer.thread_caches = UInt64(caches)
        answer.thread_cache_blocks = UInt64(blocks)
        answer.thread_cache_bytes = UInt64(bytes)
        answer.drain_refused = state.pointee.caches.barrier == .refused ? 1 : 0
    }

    /// Whether an address lies in a span of small blocks, or in the first page of a large block.
    package func owns(_ address: UInt) -> Bool { spans.entry(of: address) != .none }
}

extension MallocHeap {
    /// Aborts if the page heap is inconsistent, or its pages in use are not exactly those of spans. For checked builds
    /// and tests. No other thread may use the heap in the meantime.
    ///
    /// Visits every chunk and every span.
    package func checkInvariants() {
        let inSpans = spans.totals
        central.checkLists()
        heap.checkInvariants(releasedInSpans: inSpans.released)
        let inUse = heap.figures().ledger.inUse
        if inSpans.bytes != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
