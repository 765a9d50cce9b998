/// F on one allocator with two heaps of 1 GiB, each fragmented as for E, 100 TiB apart.
struct DistantHeaps: Workload {
    let rows = [Row("F 100TiB apart", Evidence(sum: LongRuns.failingSum), goal: 60)]

    func run() throws(BenchmarkFailure) -> [Sample] {
        let distant = BenchmarkHeap.usualBase + ByteCount(100 << 40)
        let heap = try BenchmarkHeap(bytes: 1 << 30, andAt: [distant])
        let bases = [heap.base, distant]
        for base in bases { try heap.fill(at: base) }
        for base in bases {
            heap.punchRandomly(below: heap.pages - 512, from: base)
            heap.locked.pointee.pages.free(base: base + PageCount(heap.pages - 512).bytes, count: 512)
        }
        return [LongRuns.measureFailing(heap, PageCount(hiddenFromOptimizer(1024)))]
    }
}
