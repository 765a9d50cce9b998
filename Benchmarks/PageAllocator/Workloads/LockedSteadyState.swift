/// B': like B on 1 GiB, but each operation takes the heap lock for itself.
struct LockedSteadyState: Workload {
    let rows: [Row]

    init(sum: UInt64, allocations: Int, live: Int, reference: Double) {
        rows = [
            Row(
                "B' 1GiB", SteadyHeap.evidence(sum: sum, allocations: allocations, live: live), reference: reference)
        ]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        var steady = try SteadyHeap(gibibytes: 1)
        return [Self.measure(&steady)]
    }

    @inline(never)
    private static func measure(_ steady: inout SteadyHeap) -> Sample {
        let watch = Stopwatch()
        for _ in 0..<SteadyState.operations {
            steady.heap.locked.pointee.lock.lock()
            steady.step()
            steady.heap.locked.pointee.lock.unlock()
        }
        return Sample(nanoseconds: watch.nanoseconds(per: SteadyState.operations), evidence: steady.evidence)
    }
}
