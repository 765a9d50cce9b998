/// One search of the summary tree for the lowest run of free pages that is long enough. It descends from the top and
/// scans one block of summaries per level.
///
/// On the way it also finds the lowest free address: at each level the first entry that is not full, as long as the
/// descent has led into exactly that entry.
struct FirstFitSearch {
    private let summaries: SummaryTree
    /// The search address: no page below it is free.
    private let hint: OffsetAddress
    private let count: UInt
    /// The lowest free address, as precisely as the descent has shown so far.
    private(set) var firstFree = OffsetAddress.minimum
    /// Whether the descent has led into the first free page's entry at every level so far.
    private(set) var followsFirstFree = true
    /// The first entry of the level that is not full; negative if none has been seen yet.
    private var firstIndex = -1
    /// The length in pages of the free run that ends where the next scanned entry begins.
    private var run: UInt = 0

    @inline(__always)
    init(_ summaries: SummaryTree, for count: PageCount, from hint: OffsetAddress) {
        self.summaries = summaries
        self.hint = hint
        self.count = count.rawValue
    }

    /// Returns the index of the entry of a level that holds the search address.
    @inline(__always)
    func hintIndex(_ level: Int) -> Int {
        Int(bitPattern: hint.rawValue &>> UInt(bitPattern: PageGeometry.row.levelShift(level)))
    }

    /// Scans one block of a level below the root.
    ///
    /// - Parameter block: the index of the block's first entry.
    /// - Returns: the index of the entry in which a long enough run lies or ends, or `nil` if there is none.
    @inline(__always)
    mutating func scanBlock(_ level: Int, _ block: Int) -> Int? {
        // Nothing below the search address is free: if it lies in this block, begin there.
        let hint = hintIndex(level)
        let end = block &+ PageGeometry.row.blockEntries(level)
        return scan(level, hint >= block && hint < end ? hint : block, end)
    }

    /// Scans entries of a level. They follow the ones scanned before, unless ``breakRun()`` was called in between.
    ///
    /// - Returns: as ``scanBlock(_:_:)``.
    @inline(__always)
    mutating func scan(_ level: Int, _ first: Int, _ end: Int) -> Int? {
        var index = first
        if followsFirstFree && firstIndex < 0 {
            while index < end && summaries[level, index] == .full { index &+= 1 }
            if index == end { return nil }
            firstIndex = index
            firstFree = address(level, index)
        }
        let whole: UInt = 1 &<< UInt(bitPattern: PageGeometry.row.levelLogPages(level))
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

    /// Resets the open run, because the next scanned entry is not adjacent to the last one.
    @inline(__always)
    mutating func breakRun() { run = 0 }

    /// Returns the start of the run that ends in an entry returned by a scan, or `nil` if the run lies inside the
    /// entry.
    @inline(__always)
    func runBase(_ level: Int, _ index: Int) -> OffsetAddress? {
        let summary = summaries[level, index]
        return run &+ (level == 0 ? summary.start : summary.startBelowRoot) >= count
            ? address(level, index) - PageCount(run).bytes : nil
    }

    /// Descends into an entry returned by a scan.
    @inline(__always)
    mutating func descend(into index: Int) {
        followsFirstFree = followsFirstFree && index == firstIndex
        firstIndex = -1
        run = 0
    }

    @inline(__always)
    private func address(_ level: Int, _ index: Int) -> OffsetAddress {
        OffsetAddress(UInt(bitPattern: index) &<< UInt(bitPattern: PageGeometry.row.levelShift(level)))
    }
}
