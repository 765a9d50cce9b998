/// A list of runs of one heap, in the order in which they were appended. The list frees its runs when it is destroyed.
///
/// An array cannot hold noncopyable values. So the list leaks the runs, stores their places, and takes them over again.
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

    /// - Parameter run: a run of the list's heap.
    mutating func append(_ run: consuming PageRun) {
        let bytes = run.leak()
        places.append(Place(address: UInt(bitPattern: bytes.baseAddress), pages: bytes.count / PageHeap.pageSize))
    }

    mutating func removeLast() -> PageRun? {
        places.popLast().map { PageRun(heap: heap.heap, address: $0.address, pages: $0.pages, isZeroed: false) }
    }

    /// Returns the address range of a run.
    func range(_ index: Int) -> Range<UInt> {
        let place = places[index]
        return place.address..<(place.address + UInt(place.pages * PageHeap.pageSize))
    }
}
