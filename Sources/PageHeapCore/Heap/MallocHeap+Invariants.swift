extension MallocHeap {
    /// Checked builds and tests: the heap of pages agrees with itself, and its pages in use are those of spans. Nobody
    /// else uses the heap meanwhile.
    package func checkInvariants() {
        heap.checkInvariants()
        let inUse = heap.figures().books.inUse
        heap.locked.lock()
        let inSpans = heap.spanRecordTotals.bytes
        heap.locked.unlock()
        if inSpans != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
