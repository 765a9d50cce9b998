/// Runs of pages of one chunk that are released together, from the highest down: taken out of the allocator's reach in one
/// locked section, put back in another.
struct ReleaseBatch {
    /// Runs that a batch holds: a quantum of 64 KiB is eight pages, and so eight runs at the most.
    static var capacity: Int { 8 }

    let chunk: ChunkIndex
    private var runs = InlineArray<8, PageRange>(repeating: PageRange(first: 0, count: 0))
    private(set) var count = 0
    /// Pages of all runs.
    private(set) var pages: PageCount = 0
    /// The runs whose release the system refused, a bit each.
    private var refused: UInt32 = 0

    init(chunk: ChunkIndex) { self.chunk = chunk }

    var isFull: Bool { count == Self.capacity }

    /// How many runs the system refused.
    var refusals: Int { refused.nonzeroBitCount }

    @inline(__always)
    subscript(index: Int) -> PageRange { runs[unchecked: index] }

    mutating func append(_ run: PageRange) {
        runs[unchecked: count] = run
        count &+= 1
        pages += run.count
    }

    mutating func refuse(_ index: Int) { refused |= 1 &<< UInt32(truncatingIfNeeded: index) }

    func isRefused(_ index: Int) -> Bool { refused &>> UInt32(truncatingIfNeeded: index) & 1 != 0 }

    /// The lowest address of all runs.
    var lowest: OffsetAddress { chunk.address(of: runs[unchecked: count &- 1].first) }
}
