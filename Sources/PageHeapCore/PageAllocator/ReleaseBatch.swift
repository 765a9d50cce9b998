/// Runs of pages of one chunk that are released together, from the highest down: taken out of the allocator's reach in one
/// locked section, put back in another.
///
/// The runs are the ones of ``taken`` in a row; two that are next to each other do not occur.
struct ReleaseBatch {
    /// Runs that a batch holds: as many as a vectored call of the system's is given at a time, so that their ranges fit a
    /// kilobyte of stack, and the answer one word. How many pages they have is bounded by what is asked for.
    @inline(__always)
    static var capacity: Int { 64 }

    private(set) var chunk: ChunkIndex = 0
    /// Runs taken.
    private(set) var count = 0
    /// Pages of all runs.
    private(set) var pages: PageCount = 0
    /// The first page of the lowest run, and the last one of the highest.
    private var first: PageIndex = 0
    private var last: PageIndex = 0
    /// The chunk's summary before the runs were taken.
    private(set) var summaryBefore = PageSummary.full
    /// The pages of all runs, and the chunk's pages in use after they were taken: the former where ``words`` says so.
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
    }

    @inline(__always)
    var isFull: Bool { count == Self.capacity }

    /// Adds a run that lies below all others.
    @inline(__always)
    mutating func append(_ run: PageRange) {
        if count == 0 { last = PageIndex(run.first.rawValue &+ run.count.rawValue &- 1) }
        first = run.first
        count &+= 1
        pages += run.count
    }

    /// The lowest address of all runs. There is a run.
    @inline(__always)
    var lowest: OffsetAddress { chunk.address(of: first) }

    /// The words of the chunk's bitmaps that the runs touch. There is a run.
    @inline(__always)
    var words: ClosedRange<Int> { Int(bitPattern: first.rawValue &>> 6)...Int(bitPattern: last.rawValue &>> 6) }

    /// Writes where the runs lie, from the highest down.
    ///
    /// - Parameters:
    ///   - ranges: has room for ``capacity``.
    ///   - offset: what an offset address lacks to be the process's address.
    /// - Returns: how many there are.
    @inline(__always)
    func write(to ranges: UnsafeMutablePointer<MemoryRange>, offset: UInt) -> Int {
        let shift = UInt(PageGeometry.pageShift)
        let base = chunk.base.rawValue &+ offset
        let (lowest, highest) = (Int(bitPattern: first.rawValue &>> 6), Int(bitPattern: last.rawValue &>> 6))
        var written = 0
        var index = highest
        while index >= lowest {
            var bits = taken.word(index)
            while bits != 0 {
                let above = bits.leadingZeroBitCount
                let pages = (~(bits &<< UInt64(truncatingIfNeeded: above))).leadingZeroBitCount
                let start = 64 &- above &- pages
                bits &= 1 &<< UInt64(truncatingIfNeeded: start) &- 1
                let address = base &+ UInt(bitPattern: index &* 64 &+ start) &<< shift
                let bytes = ByteCount(UInt(bitPattern: pages) &<< shift)
                if written > 0 && ranges[written &- 1].address == address &+ bytes.rawValue {
                    // The run goes on in the word below.
                    ranges[written &- 1].address = address
                    ranges[written &- 1].bytes += bytes
                } else {
                    (ranges + written).initialize(to: MemoryRange(address: address, bytes: bytes))
                    written &+= 1
                }
            }
            index &-= 1
        }
        return written
    }
}
