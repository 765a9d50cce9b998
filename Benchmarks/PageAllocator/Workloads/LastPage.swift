/// A1: allocates and frees the last page of a heap whose other pages are all in use.
struct LastPage: Workload {
    private let gibibytes: UInt
    let rows: [Row]

    private static var operations: Int { 2_000_000 }

    init(gibibytes: UInt, sum: UInt64, reference: Double) {
        self.gibibytes = gibibytes
        rows = [Row("A1 \(HeapSize.text(gibibytes))", Evidence(sum: sum), reference: reference, goal: 35)]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: gibibytes << 30)
        try heap.fill()
        heap.locked.pointee.pages.free(base: heap.address(heap.pages - 1), count: 1)
        return [Self.measure(heap, PageCount(hiddenFromOptimizer(1)))]
    }

    @inline(never)
    private static func measure(_ heap: borrowing BenchmarkHeap, _ one: PageCount) -> Sample {
        let locked = heap.locked
        var checksum = Checksum()
        locked.pointee.lock.lock()
        let watch = Stopwatch()
        for _ in 0..<operations {
            let allocation = locked.pointee.pages.allocate(one)
            checksum.add(heap.number(allocation))
            if let allocation { locked.pointee.pages.free(base: allocation.base, count: one) }
        }
        let nanoseconds = watch.nanoseconds(per: operations)
        locked.pointee.lock.unlock()
        return Sample(nanoseconds: nanoseconds, evidence: Evidence(sum: checksum.value))
    }
}
