/// A list of runs of one heap, in the order in which they were appended. The list frees its runs when it is destroyed.
///
/// An array cannot hold noncopyable values, so the list holds the runs without their owners.
struct RunList: ~Copyable, Sendable {
    private let heap: PagedHeap
    private var runs: [UnownedRun] = []

    init(of heap: PagedHeap) { self.heap = heap }

    deinit {
        for run in runs { PageRun(run, of: heap.heap).release() }
    }

    var count: Int { runs.count }

    /// - Parameter run: a run of the list's heap.
    mutating func append(_ run: consuming PageRun) { runs.append(run.withoutOwner()) }

    mutating func removeLast() -> PageRun? { runs.popLast().map { PageRun($0, of: heap.heap) } }

    /// Returns the address range of a run.
    func range(_ index: Int) -> Range<UInt> {
        let run = runs[index]
        return run.address..<(run.address + UInt(run.pageCount * PagedHeap.pageSize))
    }
}
