extension MallocHeap {
    /// Aborts if the page heap is inconsistent, or its pages in use are not exactly those of spans. For checked builds
    /// and tests. No other thread may use the heap in the meantime.
    package func checkInvariants() {
        heap.checkInvariants()
        let inUse = heap.figures().books.inUse
        heap.locked.lock()
        let inSpans = heap.spanRecordTotals.bytes
        heap.locked.unlock()
        if inSpans != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
