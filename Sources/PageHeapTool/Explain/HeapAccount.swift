/// The physical memory of a heap's pages, by what the pages are.
struct HeapAccount: Hashable, Sendable {
    /// In blocks that are not free, by size class; number 0 for large blocks. Blocks in caches count here.
    private(set) var used: [ByteCount]
    /// On pages of spans, around blocks in use, by size class.
    private(set) var around: [ByteCount]
    /// On free pages that may be given back.
    private(set) var free = ByteCount.zero
    /// On pages that were given back, and are there again.
    private(set) var back = ByteCount.zero
    /// In page caches and in the cache of large blocks.
    private(set) var cached = ByteCount.zero
    /// On pages that were not the heap's when the map was made.
    private(set) var new = ByteCount.zero

    /// All of it.
    var total: ByteCount { (used + around).reduce(free + back + cached + new, +) }

    /// Compares a map with the pages that are present.
    init(_ map: HeapMap, present: borrowing PresentPages, classes: Int) {
        used = Array(repeating: .zero, count: classes)
        around = used
        let piece = min(present.pageBytes, map.pageBytes)
        let perPage = max(map.pageBytes / present.pageBytes, 1)
        for range in map.ranges {
            present.visit(from: range.address, count: range.entries.count * map.pageBytes / present.pageBytes) {
                pages in
                for page in pages { count(range.entries[min(page / perPage, range.entries.count - 1)], UInt64(piece)) }
            }
        }
    }

    private mutating func count(_ entry: UInt16, _ bytes: UInt64) {
        switch HeapMap.kind(entry) {
        case .absent: new += ByteCount(bytes)
        case .free: free += ByteCount(bytes)
        case .released: back += ByteCount(bytes)
        case .cached: cached += ByteCount(bytes)
        case .used(let number):
            let inBlocks = ByteCount(rounding: Double(bytes) * HeapMap.usedShare(entry))
            used[number] += inBlocks
            around[number] += ByteCount(bytes) - inBlocks
        }
    }
}
