extension MallocHeap {
    /// Checked builds and tests: the heap of pages agrees with itself, and its pages in use are those of spans. Nobody
    /// else uses the heap meanwhile.
    package func checkInvariants() {
        heap.checkInvariants()
        let inUse = heap.figures().books.inUse
        if heap.spanRecordTotals.bytes != inUse { fatal("pages in use are not those of spans; bytes:", inUse.rawValue) }
    }
}
