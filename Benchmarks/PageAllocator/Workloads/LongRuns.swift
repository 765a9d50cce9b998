/// E and F: a heap of single free pages with one free chunk at its end. E allocates and frees that chunk, F asks for more
/// than there is.
struct LongRuns: Workload {
    private let gibibytes: UInt
    let rows: [Row]

    static var operations: Int { 300_000 }

    /// The checksum of ``operations`` failures.
    static var failingSum: UInt64 { 0x5056_1f7f_77df_b8c5 }

    init(
        gibibytes: UInt, sum: UInt64, found: (reference: Double, goal: Double),
        failing: (reference: Double, goal: Double)
    ) {
        self.gibibytes = gibibytes
        let size = HeapSize.text(gibibytes)
        rows = [
            Row("E \(size)", Evidence(sum: sum), reference: found.reference, goal: found.goal),
            Row("F \(size)", Evidence(sum: Self.failingSum), reference: failing.reference, goal: failing.goal),
        ]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: gibibytes << 30)
        try heap.fill()
        heap.punchRandomly(below: heap.pages - 512)
        heap.locked.pointee.pages.free(base: heap.address(heap.pages - 512), count: 512)
        return [
            Self.measureFound(heap, PageCount(hiddenFromOptimizer(512))),
            Self.measureFailing(heap, PageCount(hiddenFromOptimizer(1024))),
        ]
    }

    @inline(never)
    private static func measureFound(_ heap: borrowing BenchmarkHeap, _ count: PageCount) -> Sample {
        let locked = heap.locked
        var checksum = Checksum()
        locked.pointee.lock.lock()
        let watch = Stopwatch()
        for _ in 0..<operations {
            let allocation = locked.pointee.pages.allocate(count)
            checksum.add(heap.number(allocation))
            if let allocation { locked.pointee.pages.free(base: allocation.base, count: count) }
        }
        let nanoseconds = watch.nanoseconds(per: operations)
        locked.pointee.lock.unlock()
        return Sample(nanoseconds: nanoseconds, evidence: Evidence(sum: checksum.value))
    }

    /// Measures F: requests that must fail.
    @inline(never)
    static func measureFailing(_ heap: borrowing BenchmarkHeap, _ count: PageCount) -> Sample {
        let locked = heap.locked
        var checksum = Checksum()
        locked.pointee.lock.lock()
        let watch = Stopwatch()
        for _ in 0..<operations {
            checksum.add(heap.number(locked.pointee.pages.allocate(count)))
        }
        let nanoseconds = watch.nanoseconds(per: operations)
        locked.pointee.lock.unlock()
        return Sample(nanoseconds: nanoseconds, evidence: Evidence(sum: checksum.value))
    }
}
