/// The heap that a workload runs on: a page allocator over address space of its own, without memory.
///
/// The allocator lies behind a pointer, with its lock, as in the heap.
struct BenchmarkHeap: ~Copyable {
    let locked: UnsafeMutablePointer<LockedPages>
    /// The first address.
    let base: OffsetAddress
    /// The count of pages of each range that the heap was grown by.
    let pages: UInt
    private let system = NoReleaseSystem()

    /// The address at which heaps begin: a multiple of 16 GiB.
    static var usualBase: OffsetAddress { OffsetAddress(64 << 30) }

    /// Makes a heap that has been grown at ``usualBase``, and at each of some other addresses.
    init(bytes: UInt, andAt others: [OffsetAddress] = []) throws(BenchmarkFailure) {
        let whole = AddressRange(base: .minimum, limit: .maximum)
        guard var allocator = PageAllocator(window: whole, using: system) else { throw .noMemory }
        for start in [Self.usualBase] + others {
            if !allocator.grow(AddressRange(base: start, limit: start + ByteCount(bytes)), using: system) {
                allocator.cancel(using: system)
                throw .noMemory
            }
        }
        base = Self.usualBase
        pages = bytes >> UInt(PageGeometry.pageShift)
        locked = .allocate(capacity: 1)
        locked.initialize(to: LockedPages(allocator))
    }

    deinit {
        locked.pointee.pages.cancel(using: system)
        locked.deinitialize(count: 1)
        locked.deallocate()
    }

    /// Returns the address of a page, whose number counts from the heap's first page.
    @inline(__always)
    func address(_ page: UInt) -> OffsetAddress { base + PageCount(page).bytes }

    /// Returns the number of an allocation's first page, or the value that stands for a failure in a checksum.
    @inline(__always)
    func number(_ allocation: PageAllocation?) -> UInt64 {
        guard let allocation else { return Checksum.failure }
        return UInt64(base.distance(to: allocation.base).rawValue &>> UInt(PageGeometry.pageShift))
    }

    /// Allocates all pages of the lowest range that is wholly free, which must begin at `address`.
    func fill(at address: OffsetAddress = usualBase) throws(BenchmarkFailure) {
        guard locked.pointee.pages.allocate(PageCount(pages))?.base == address else {
            throw .wrongSetup("filling the heap did not give its first page")
        }
    }

    /// Frees each page from `start` on, below `limit` (a multiple of 64), with a chance of one half.
    func punchRandomly(below limit: UInt, from start: OffsetAddress = usualBase) {
        var generator = WorkloadGenerator()
        for group in stride(from: 0, to: limit, by: 64) {
            let kept = generator.next()
            for bit in 0..<64 where kept >> UInt64(bit) & 1 == 0 {
                locked.pointee.pages.free(base: start + PageCount(group + UInt(bit)).bytes, count: 1)
            }
        }
    }

    /// Frees runs of 1 to 64 pages, which are 1 to 64 pages apart.
    func punchRuns() {
        var generator = WorkloadGenerator()
        var position: UInt = 0
        while true {
            position += 1 + generator.below(64)
            let wanted = 1 + generator.below(64)
            if position >= pages { return }
            let count = min(wanted, pages - position)
            locked.pointee.pages.free(base: address(position), count: PageCount(count))
            position += count
        }
    }
}
