/// C: takes all free pages of 1 GiB into page caches, and gives them back.
struct PageCaching: Workload {
    enum Contents: String {
        /// C1: an empty heap.
        case allFree = "C1"
        /// C2: about half of all pages in use.
        case halfFree = "C2"
    }

    private let contents: Contents
    let rows: [Row]

    private static var rounds: Int { 200 }
    private static var expectedCaches: Int { 409_600 }

    init(
        _ contents: Contents, sum: UInt64, fill: (reference: Double, goal: Double),
        flush: (reference: Double, goal: Double)
    ) {
        self.contents = contents
        let expected = Evidence(sum: sum, "n=\(Self.expectedCaches)")
        rows = [
            Row("\(contents.rawValue) fill", expected, reference: fill.reference, goal: fill.goal),
            Row("\(contents.rawValue) flush", expected, reference: flush.reference, goal: flush.goal),
        ]
    }

    func run() throws(BenchmarkFailure) -> [Sample] {
        let heap = try BenchmarkHeap(bytes: 1 << 30)
        if contents == .halfFree {
            try heap.fill()
            heap.punchRandomly(below: heap.pages)
        }
        return Self.measure(heap)
    }

    private static func measure(_ heap: borrowing BenchmarkHeap) -> [Sample] {
        let capacity = Int(heap.pages / PageCache.pages.rawValue)
        let caches = UnsafeMutablePointer<PageCache>.allocate(capacity: capacity)
        defer { caches.deallocate() }
        var checksum = Checksum()
        var total = 0
        var filling = 0.0
        var flushing = 0.0
        heap.locked.pointee.lock.lock()
        for _ in 0..<rounds {
            let fillWatch = Stopwatch()
            let count = fill(caches, capacity, heap.locked)
            filling += fillWatch.nanoseconds(per: 1)
            for index in 0..<count {
                checksum.add(UInt64(heap.base.distance(to: caches[index].base).pagesRoundedUp.rawValue))
                checksum.add(caches[index].free)
            }
            let flushWatch = Stopwatch()
            flush(caches, count, heap.locked)
            flushing += flushWatch.nanoseconds(per: 1)
            total += count
        }
        heap.locked.pointee.lock.unlock()
        let evidence = Evidence(sum: checksum.value, "n=\(total)")
        return [filling, flushing].map { Sample(nanoseconds: $0 / Double(total), evidence: evidence) }
    }

    /// Takes caches until one is empty, and returns their count.
    @inline(never)
    private static func fill(
        _ caches: UnsafeMutablePointer<PageCache>, _ capacity: Int, _ locked: UnsafeMutablePointer<LockedPages>
    ) -> Int {
        var count = 0
        while true {
            let cache = locked.pointee.pages.allocateToCache()
            if cache.isEmpty || count == capacity { return count }
            caches[count] = cache
            count &+= 1
        }
    }

    /// Gives all caches back, in order.
    @inline(never)
    private static func flush(
        _ caches: UnsafeMutablePointer<PageCache>, _ count: Int, _ locked: UnsafeMutablePointer<LockedPages>
    ) {
        for index in 0..<count { locked.pointee.pages.flush(&caches[index]) }
    }
}
