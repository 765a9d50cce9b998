/// Runs of one heap, in the order in which they were appended. They go back to the heap with the list.
///
/// An array cannot hold what cannot be copied: the list holds the runs leaked, and takes them over again.
struct RunList: ~Copyable, Sendable {
    private struct Place: Sendable {
        let address: UInt
        let pages: Int
    }

    private let heap: PageHeap
    private var places: [Place] = []

    init(of heap: PageHeap) { self.heap = heap }

    deinit {
        for place in places {
            PageRun(heap: heap.heap, address: place.address, pages: place.pages, isZeroed: false).release()
        }
    }

    var count: Int { places.count }

    /// - Parameter run: of the list's heap.
    mutating func append(_ run: consuming PageRun) {
        let bytes = run.leak()
        places.append(Place(address: UInt(bitPattern: bytes.baseAddress), pages: bytes.count / PageHeap.pageSize))
    }

    mutating func removeLast() -> PageRun? {
        places.popLast().map { PageRun(heap: heap.heap, address: $0.address, pages: $0.pages, isZeroed: false) }
    }

    /// Where a run lies.
    func range(_ index: Int) -> Range<UInt> {
        let place = places[index]
        return place.address..<(place.address + UInt(place.pages * PageHeap.pageSize))
    }
}
