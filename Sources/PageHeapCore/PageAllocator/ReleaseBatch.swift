/// Runs of pages of one chunk that are released together, from the highest down. They are taken out of the allocator's
/// reach in one locked section and put back in another.
///
/// The runs are the runs of ones in ``taken``; adjacent runs have been joined.
struct ReleaseBatch {
    /// The most runs in a batch: as many as are passed to one vectored system call, so that their ranges fit a kilobyte
    /// of stack. The number of pages is bounded by the request.
    @inline(__always)
    static var capacity: Int { 64 }

    private(set) var chunk: ChunkIndex = 0
    /// The number of runs.
    private(set) var count = 0
    /// The pages of all runs together.
    private(set) var pages: PageCount = 0
    /// The first page of the lowest run, and the last page of the highest.
    private var first: PageIndex = 0
    private var last: PageIndex = 0
    /// The chunk's summary before the runs were taken.
    private(set) var summaryBefore = PageSummary.full
    /// The pages of all runs (valid only in the words of ``words``), and the chunk's pages in use after they were
    /// taken.
    var taken = PageBitmap()
    var allocatedAfter = PageBitmap()

    @inline(__always)
    init() {}

    /// Empties the batch and assigns it to a chunk.
    @inline(__always)
    mutating func start(_ chunk: ChunkIndex, _ summary: PageSummary) {
        self.chunk = chunk
        summaryBefore = summary
        count = 0
        pages = 0
    }

    @inline(__always)
    var isFull: Bool { count == Self.capacity }

    /// Adds a run, which lies below all others.
    @inline(__always)
    mutating func append(_ run: PageRange) {
        if count == 0 { last = PageIndex(run.first.rawValue &+ run.count.rawValue &- 1) }
        first = run.first
        count &+= 1
        pages += run.count
    }

    /// The lowest address of all runs. The batch must not be empty.
    @inline(__always)
    var lowest: OffsetAddress { chunk.address(of: first) }

    /// The indices of the bitmap words that the runs touch. The batch must not be empty.
    @inline(__always)
    var words: ClosedRange<Int> { Int(bitPattern: first.rawValue &>> 6)...Int(bitPattern: last.rawValue &>> 6) }

    /// Writes the memory ranges of the runs, from the highest down.
    ///
    /// - Parameters:
    ///   - ranges: has room for ``capacity`` elements.
    ///   - offset: added to an offset address to get the process's address.
    /// - Returns: the number of ranges written.
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

/// The result of releasing some ranges of memory.
package struct ReleaseOutcome: BitwiseCopyable, Sendable {
    /// Ranges, or pieces of ranges, that the system refused to release.
    package var failures: UInt = 0
    /// System calls that released memory; a call for several ranges counts once.
    package var calls: UInt = 0
    /// Bytes of physical memory that the released ranges had, as the system counted them just before.
    package var returned: ByteCount = 0

    package init() {}
}
