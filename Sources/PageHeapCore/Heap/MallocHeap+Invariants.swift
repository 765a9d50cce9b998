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
