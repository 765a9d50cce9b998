/// B: a heap that stays three quarters full; the lock is held throughout.
struct SteadyState: Workload {
    private let gibibytes: UInt
    let rows: [Row]

    static var operations: Int { 2_000_000 }

    init(gibibytes: UInt, sum: UInt64, allocations: Int, live: Int, reference: Double, goal: Double) {
        self.gibibytes = gibibytes
        rows = [
            Row(
                "B \(HeapSize.text(gibibytes))", SteadyHeap.evidence(sum: sum, allocations: allocations, live: live),
                reference: reference, goal: goal)
        ]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        var steady = try SteadyHeap(gibibytes: gibibytes)
        return [Self.measure(&steady)]
    }

    @inline(never)
    private static func measure(_ steady: inout SteadyHeap) -> Sample {
        steady.heap.locked.pointee.lock.lock()
        let watch = Stopwatch()
        for _ in 0..<operations { steady.step() }
        let nanoseconds = watch.nanoseconds(per: operations)
        steady.heap.locked.pointee.lock.unlock()
        return Sample(nanoseconds: nanoseconds, evidence: steady.evidence)
    }
}
