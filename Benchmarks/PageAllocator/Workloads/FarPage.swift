/// A2: frees the first page and a random one of a full heap, and allocates both again. The second allocation needs a
/// search from the root.
struct FarPage: Workload {
    private let gibibytes: UInt
    let rows: [Row]

    private static var operations: Int { 300_000 }

    init(gibibytes: UInt, sum: UInt64, reference: Double, goal: Double) {
        self.gibibytes = gibibytes
        rows = [Row("A2 \(HeapSize.text(gibibytes))", Evidence(sum: sum), reference: reference, goal: goal)]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: gibibytes << 30)
        try heap.fill()
        return [Self.measure(heap, PageCount(hiddenFromOptimizer(1)))]
    }

    @inline(never)
    private static func measure(_ heap: borrowing BenchmarkHeap, _ one: PageCount) -> Sample {
        let locked = heap.locked
        var checksum = Checksum()
        var generator = WorkloadGenerator()
        locked.pointee.lock.lock()
        let watch = Stopwatch()
        for _ in 0..<operations {
            let random = 1 &+ generator.below(heap.pages &- 1)
            locked.pointee.pages.free(base: heap.base, count: one)
            locked.pointee.pages.free(base: heap.address(random), count: one)
            let first = locked.pointee.pages.allocate(one)
            let second = locked.pointee.pages.allocate(one)
            checksum.add(heap.number(first))
            checksum.add(heap.number(second))
        }
        let nanoseconds = watch.nanoseconds(per: operations)
        locked.pointee.lock.unlock()
        return Sample(nanoseconds: nanoseconds, evidence: Evidence(sum: checksum.value))
    }
}
