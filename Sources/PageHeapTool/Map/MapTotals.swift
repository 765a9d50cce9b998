/// How much of a heap's map is in each state.
struct MapTotals: Sendable {
    /// In the order of ``PageState``.
    let bytes: [(state: PageState, bytes: ByteCount)]

    init(_ map: HeapMap) {
        var pages = [UInt64](repeating: 0, count: PageState.allCases.count)
        for range in map.ranges {
            for entry in range.entries { pages[Int(PageState(entry).rawValue)] += 1 }
        }
        bytes = PageState.allCases.map { ($0, ByteCount(pages[Int($0.rawValue)] * UInt64(map.pageBytes))) }
    }

    /// The states that there are. Together they are all memory that was made accessible for the heap.
    var shown: [(state: PageState, bytes: ByteCount)] { bytes.filter { $0.bytes > .zero } }
}
