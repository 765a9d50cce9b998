import PageHeapCore

/// A slow, obvious page allocator: three sorted arrays of runs, searched from the beginning. Pages are numbered from
/// address 0.
struct ReferencePages {
    /// All pages of the heap.
    private(set) var pages = PageRuns()
    private(set) var free = PageRuns()
    private(set) var scavenged = PageRuns()

    /// Adds pages that were never part of the heap.
    mutating func grow(_ run: Range<Int>) {
        pages.insert(run)
        free.insert(run)
        scavenged.insert(run)
    }

    /// The heap's chunks, in order.
    var chunks: [Int] { pages.runs.flatMap { ($0.lowerBound >> 9)..<($0.upperBound >> 9) } }

    var chunkCount: Int { pages.count >> 9 }

    /// Takes free pages. Returns how many of them were scavenged.
    mutating func take(_ run: Range<Int>) -> Int {
        let taken = free.remove(run)
        precondition(taken == run.count, "the model takes pages that are not free")
        return scavenged.remove(run)
    }

    /// Puts pages back, as scavenged ones or not.
    mutating func put(_ run: Range<Int>, scavenged isScavenged: Bool = false) {
        free.insert(run)
        if isScavenged { scavenged.insert(run) }
    }

    /// Notes that free pages have been released.
    mutating func release(_ run: Range<Int>) { scavenged.insert(run) }

    /// Whether an aligned group of pages is left that could be released.
    func hasCandidate(group: Int) -> Bool {
        var retained = free
        for run in scavenged.runs { retained.remove(run) }
        return retained.firstFit(group, alignment: group) != nil
    }

    /// A chunk's part of a set, as the words of a bitmap.
    static func words(of set: PageRuns, chunk: Int) -> [UInt64] {
        var bitmap = PageBitmap()
        for part in set.parts(of: (chunk << 9)..<((chunk + 1) << 9)) {
            bitmap.setRange(
                from: PageIndex(UInt(part.lowerBound & 511)), count: PageCount(UInt(part.count)))
        }
        return bitmap.words
    }
}
