/// G: allocates all pages of 1 GiB one by one, and frees them one by one, upwards.
struct Sequential: Workload {
    private static var evidence: Evidence { Evidence(sum: 0x114b_40dd_aa34_2325, "free=131072") }

    let rows = [
        Row("G alloc", evidence, reference: 80.0, goal: 15),
        Row("G free", evidence, reference: 76.1, goal: 15),
    ]

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: 1 << 30)
        return Self.measure(heap, PageCount(hiddenFromOptimizer(1)))
    }

    @inline(never)
    private static func measure(_ heap: borrowing BenchmarkHeap, _ one: PageCount) -> [Sample] {
        let locked = heap.locked
        let operations = Int(heap.pages)
        var checksum = Checksum()
        locked.pointee.lock.lock()
        let allocationWatch = Stopwatch()
        for _ in 0..<operations {
            checksum.add(heap.number(locked.pointee.pages.allocate(one)))
        }
        let allocating = allocationWatch.nanoseconds(per: operations)
        let freeWatch = Stopwatch()
        for page in 0..<heap.pages {
            locked.pointee.pages.free(base: heap.address(page), count: one)
        }
        let freeing = freeWatch.nanoseconds(per: operations)
        let evidence = Evidence(sum: checksum.value, "free=\(locked.pointee.pages.freePages.rawValue)")
        locked.pointee.lock.unlock()
        return [allocating, freeing].map { Sample(nanoseconds: $0, evidence: evidence) }
    }
}
