import PageHeap

/// The statistics that one report is made from, of one moment.
package struct HeapSnapshot: Sendable {
    package let heap: PagedHeap.Statistics
    /// The statistics that only a malloc has; nil for other heaps.
    package let malloc: MallocStatistics?

    package init(heap: PagedHeap.Statistics, malloc: MallocStatistics? = nil) {
        self.heap = heap
        self.malloc = malloc
    }

    init(of heap: some ScavengedHeap) {
        if let processMalloc = heap as? ProcessMalloc {
            let figures = processMalloc.mallocStatistics
            self.init(heap: figures.heap, malloc: figures)
        } else {
            self.init(heap: heap.statistics)
        }
    }
}
