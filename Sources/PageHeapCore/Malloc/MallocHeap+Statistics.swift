import CPageHeapInterface
import Synchronization

extension MallocHeap {
    /// Writes a snapshot of the statistics, except for size and age. Takes the registry lock, and under it those of
    /// ``Heap/figures()``.
    ///
    /// The registry lock keeps thread caches from being added, removed or drained meanwhile; but their owners work on
    /// them without a lock, so what is read of them is close, not exact.
    package func write(to statistics: inout pageheap_statistics) {
        state.pointee.caches.lock.lock()
        defer { state.pointee.caches.lock.unlock() }
        var caches: UInt = 0
        var blocks: UInt = 0
        var bytes: UInt = 0
        state.pointee.caches.visitAll { cache in
            caches += 1
            for number in 1..<SizeClass.count {
                let sizeClass = SizeClass(UInt8(number))
                let count = UInt(cache.count(sizeClass))
                blocks += count
                bytes += count * UInt(classes[sizeClass].blockBytes)
            }
        }
        let figures = heap.figures()
        figures.write(to: &statistics)
        statistics.thread_caches = UInt64(caches)
        statistics.thread_cache_blocks = UInt64(blocks)
        statistics.worker_starts = heap.worker.starts.pointee.count
        statistics.worker_start_failures = heap.worker.starts.pointee.failures
        statistics.caller_release = UInt64(heap.callerRelease.rawValue)
        statistics.drain_refused = state.pointee.caches.barrier == .refused ? 1 : 0
        statistics.thread_cache_bytes = UInt64(min(bytes, figures.live.rawValue))
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
        heap.checkInvariants(releasedInSpans: inSpans.released)
        let inUse = heap.figures().ledger.inUse
        if inSpans.bytes != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
