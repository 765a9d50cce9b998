/// One search of the tree for the lowest run of free pages that is long enough: from the top down, one block of summaries
/// a level.
///
/// On its way it notes the lowest address at which anything is free: at each level the first entry that is not full, as
/// long as the way down leads into that very entry.
struct FirstFitSearch {
    private let summaries: SummaryTree
    /// Nothing below is free.
    private let hint: OffsetAddress
    private let count: UInt
    /// The lowest address at which anything is free, as far as the way down has shown.
    private(set) var firstFree = OffsetAddress.minimum
    /// Whether the way down has led to the first free page so far.
    private(set) var followsFirstFree = true
    /// The first entry of the level with anything free; none yet while negative.
    private var firstIndex = -1
    /// The free pages in a row that reach the entry that is scanned next.
    private var run: UInt = 0

    @inline(__always)
    init(_ summaries: SummaryTree, for count: PageCount, from hint: OffsetAddress) {
        self.summaries = summaries
        self.hint = hint
        self.count = count.rawValue
    }

    /// The entry of a level that holds the search address.
    @inline(__always)
    func hintIndex(_ level: Int) -> Int {
        Int(bitPattern: hint.rawValue &>> UInt(bitPattern: PageGeometry.levelShift(level)))
    }

    /// Scans one block below the root.
    ///
    /// - Parameter block: the index of its first entry.
    /// - Returns: the entry at which a run that is long enough ends, or in which it lies.
    @inline(__always)
    mutating func scanBlock(_ level: Int, _ block: Int) -> Int? {
        // Nothing below the search address is free: where it lies in this block, begin there.
        let hint = hintIndex(level)
        let end = block &+ PageGeometry.blockEntries(level)
        return scan(level, hint >= block && hint < end ? hint : block, end)
    }

    /// Scans the next entries of a level, which follow those scanned before, or ``breakRun()`` was called.
    @inline(__always)
    mutating func scan(_ level: Int, _ first: Int, _ end: Int) -> Int? {
        var index = first
        if followsFirstFree && firstIndex < 0 {
            while index < end && summaries[level, index] == .full { index &+= 1 }
            if index == end { return nil }
            firstIndex = index
            firstFree = address(level, index)
        }
        let whole: UInt = 1 &<< UInt(bitPattern: PageGeometry.levelLogPages(level))
        while index < end {
            let summary = summaries[level, index]
            let start = level == 0 ? summary.start : summary.startBelowRoot
            let longest = level == 0 ? summary.longest : summary.longestBelowRoot
            if max(run &+ start, longest) >= count { return index }
            run = start == whole ? run &+ whole : level == 0 ? summary.end : summary.endBelowRoot
            index &+= 1
        }
        return nil
    }

    /// The entry scanned next does not touch the last one.
    @inline(__always)
    mutating func breakRun() { run = 0 }

    /// Where the run begins that ends at an entry which a scan answered; nothing where it lies inside the entry.
    @inline(__always)
    func runBase(_ level: Int, _ index: Int) -> OffsetAddress? {
        let summary = summaries[level, index]
        return run &+ (level == 0 ? summary.start : summary.startBelowRoot) >= count
            ? address(level, index) - PageCount(run).bytes : nil
    }

    /// Goes down into an entry that a scan answered.
    @inline(__always)
    mutating func descend(into index: Int) {
        followsFirstFree = followsFirstFree && index == firstIndex
        firstIndex = -1
        run = 0
    }

    @inline(__always)
    private func address(_ level: Int, _ index: Int) -> OffsetAddress {
        OffsetAddress(UInt(bitPattern: index) &<< UInt(bitPattern: PageGeometry.levelShift(level)))
    }
}
