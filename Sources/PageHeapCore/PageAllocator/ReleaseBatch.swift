/// Runs of pages of one chunk that are released together, from the highest down: taken out of the allocator's reach in one
/// locked section, put back in another.
struct ReleaseBatch {
    /// Runs that a batch holds: a quantum of 64 KiB is eight pages, and so eight runs at the most.
    static var capacity: Int { 8 }

    private(set) var chunk: ChunkIndex = 0
    private var runs = InlineArray<8, PageRange>(repeating: PageRange(first: 0, count: 0))
    private(set) var count = 0
    /// Pages of all runs.
    private(set) var pages: PageCount = 0
    /// The runs whose release the system refused, a bit each.
    private var refused: UInt32 = 0
    /// The chunk's summary before the runs were taken.
    private(set) var summaryBefore = PageSummary.full
    /// The pages of all runs, and the chunk's pages in use after they were taken, where ``words`` says so.
    var taken = PageBitmap()
    var allocatedAfter = PageBitmap()

    @inline(__always)
    init() {}

    /// Begins with nothing taken from a chunk.
    @inline(__always)
    mutating func start(_ chunk: ChunkIndex, _ summary: PageSummary) {
        self.chunk = chunk
        summaryBefore = summary
        count = 0
        pages = 0
        refused = 0
    }

    @inline(__always)
    var isFull: Bool { count == Self.capacity }

    /// How many runs the system refused.
    var refusals: Int { refused.nonzeroBitCount }

    @inline(__always)
    subscript(index: Int) -> PageRange { runs[unchecked: index] }

    @inline(__always)
    mutating func append(_ run: PageRange) {
        runs[unchecked: count] = run
        count &+= 1
        pages += run.count
    }

    mutating func refuse(_ index: Int) { refused |= 1 &<< UInt32(truncatingIfNeeded: index) }

    func isRefused(_ index: Int) -> Bool { refused &>> UInt32(truncatingIfNeeded: index) & 1 != 0 }

    /// The lowest address of all runs.
    @inline(__always)
    var lowest: OffsetAddress { chunk.address(of: runs[unchecked: count &- 1].first) }

    /// The words of the chunk's bitmaps that the runs touch. There is a run.
    @inline(__always)
    var words: ClosedRange<Int> {
        let highest = runs[unchecked: 0]
        let last = highest.first.rawValue &+ highest.count.rawValue &- 1
        return Int(bitPattern: runs[unchecked: count &- 1].first.rawValue &>> 6)...Int(bitPattern: last &>> 6)
    }
}
