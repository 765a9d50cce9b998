/// A heap's map as a raster: rows of cells from the lowest address to the highest. Each cell stands for the same number of pages.
struct MapRaster: Hashable, Sendable {
    let width: Int
    let rows: [[PageState]]
    /// The pages that a cell stands for.
    let pagesPerCell: Int

    /// - Parameters:
    ///   - width: cells in a row.
    ///   - mostRows: the most rows; then cells stand for more pages each.
    init(_ map: HeapMap, width: Int, mostRows: Int) {
        let pages = map.ranges.reduce(0) { $0 + Self.used($1).count }
        let cells = max(width * mostRows, 1)
        var perCell = 1
        // A range begins a row of its own.
        while pages / perCell + map.ranges.count * width > cells && perCell < max(pages, 1) { perCell *= 2 }
        self.width = width
        pagesPerCell = perCell
        rows = map.ranges.flatMap { Self.rows(Self.used($0), perCell, width) }
    }

    /// A range's pages up to the last one that was ever the heap's.
    private static func used(_ range: HeapMap.Range) -> ArraySlice<UInt16> {
        let end = range.entries.lastIndex { PageState($0) != .absent }
        return range.entries[..<(end.map { $0 + 1 } ?? 0)]
    }

    private static func rows(_ entries: ArraySlice<UInt16>, _ perCell: Int, _ width: Int) -> [[PageState]] {
        var cells: [PageState] = []
        var start = entries.startIndex
        while start < entries.endIndex {
            let end = min(start + perCell, entries.endIndex)
            cells.append(commonest(entries[start..<end]))
            start = end
        }
        return stride(from: 0, to: cells.count, by: width).map { Array(cells[$0..<min($0 + width, cells.count)]) }
    }

    private static func commonest(_ entries: ArraySlice<UInt16>) -> PageState {
        if entries.count == 1, let only = entries.first { return PageState(only) }
        var counts = [Int](repeating: 0, count: PageState.allCases.count)
        for entry in entries { counts[Int(PageState(entry).rawValue)] += 1 }
        return PageState.commonest(counts)
    }
}
