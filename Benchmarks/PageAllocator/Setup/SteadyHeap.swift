/// A heap that is kept three quarters full with blocks of 1 to 64 pages; blocks die at random.
///
/// The list of live blocks lies in memory outside the allocator, without bounds checks, so that the benchmark does not
/// measure the list.
struct SteadyHeap: ~Copyable {
    /// A block in use.
    private struct Block {
        var base: OffsetAddress
        var count: PageCount
    }

    let heap: BenchmarkHeap
    private let live: UnsafeMutablePointer<Block>
    private var liveCount: UInt = 0
    private var usedPages: UInt = 0
    private var generator = WorkloadGenerator()
    private var checksum = Checksum()
    private var allocations = 0
    private var failures = 0

    /// Makes a heap and fills it to three quarters.
    init(gibibytes: UInt) throws(BenchmarkFailure) {
        heap = try BenchmarkHeap(bytes: gibibytes << 30)
        live = .allocate(capacity: Int(heap.pages))
        while 4 * usedPages < 3 * heap.pages { _ = allocate() }
    }

    deinit { live.deallocate() }

    /// Allocates a block of random size, and returns the number of its first page.
    @inline(__always)
    private mutating func allocate() -> UInt64 {
        let count = 1 &+ generator.below(64)
        let allocation = heap.locked.pointee.pages.allocate(PageCount(count))
        if let allocation {
            live[Int(bitPattern: liveCount)] = Block(base: allocation.base, count: PageCount(count))
            liveCount &+= 1
            usedPages &+= count
        }
        return heap.number(allocation)
    }

    /// Does one operation: frees a random block if the heap is too full, and allocates one otherwise.
    @inline(__always)
    mutating func step() {
        if 4 &* usedPages > 3 &* heap.pages {
            let index = Int(bitPattern: generator.below(liveCount))
            let block = live[index]
            heap.locked.pointee.pages.free(base: block.base, count: block.count)
            usedPages &-= block.count.rawValue
            liveCount &-= 1
            live[index] = live[Int(bitPattern: liveCount)]
        } else {
            let number = allocate()
            checksum.add(number)
            if number == Checksum.failure { failures &+= 1 } else { allocations &+= 1 }
        }
    }

    /// The evidence of all steps so far.
    var evidence: Evidence {
        Self.evidence(sum: checksum.value, failures: failures, allocations: allocations, live: Int(liveCount))
    }

    static func evidence(sum: UInt64, failures: Int = 0, allocations: Int, live: Int) -> Evidence {
        Evidence(sum: sum, "fails=\(failures) allocs=\(allocations) live=\(live)")
    }
}
