/// A set of pages as a sorted array of disjoint runs, joined where they touch: what a slow, obvious page allocator
/// keeps instead of bitmaps.
struct PageRuns: Equatable {
    private(set) var runs: [Range<Int>] = []
    /// The number of pages in the set.
    private(set) var count = 0

    /// The index of the first run that ends above a page.
    func firstIndex(endingAbove page: Int) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].upperBound > page { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether all pages of a run are in the set.
    func contains(_ pages: Range<Int>) -> Bool {
        let index = firstIndex(endingAbove: pages.lowerBound)
        return index < runs.count && runs[index].lowerBound <= pages.lowerBound
            && pages.upperBound <= runs[index].upperBound
    }

    /// Whether a page is in the set.
    func contains(_ page: Int) -> Bool { contains(page..<(page + 1)) }

    /// The parts of a run that are in the set, in order.
    func parts(of pages: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var index = firstIndex(endingAbove: pages.lowerBound)
        while index < runs.count && runs[index].lowerBound < pages.upperBound {
            parts.append(runs[index].clamped(to: pages))
            index += 1
        }
        return parts
    }

    /// How many pages of a run are in the set.
    func count(in pages: Range<Int>) -> Int { parts(of: pages).reduce(0) { $0 + $1.count } }

    /// Adds a run. None of its pages may be in the set.
    mutating func insert(_ pages: Range<Int>) {
        if pages.isEmpty { return }
        let index = firstIndex(endingAbove: pages.lowerBound)
        precondition(index == runs.count || pages.upperBound <= runs[index].lowerBound, "a page is in the set already")
        var joined = pages
        var replaced = index..<index
        if index < runs.count && runs[index].lowerBound == pages.upperBound {
            joined = joined.lowerBound..<runs[index].upperBound
            replaced = index..<(index + 1)
        }
        if index > 0 && runs[index - 1].upperBound == pages.lowerBound {
            joined = runs[index - 1].lowerBound..<joined.upperBound
            replaced = (index - 1)..<replaced.upperBound
        }
        runs.replaceSubrange(replaced, with: [joined])
        count += pages.count
    }

    /// Removes a run. Returns how many of its pages were in the set.
    @discardableResult
    mutating func remove(_ pages: Range<Int>) -> Int {
        let first = firstIndex(endingAbove: pages.lowerBound)
        var end = first
        var removed = 0
        var rest: [Range<Int>] = []
        while end < runs.count && runs[end].lowerBound < pages.upperBound {
            let run = runs[end]
            removed += run.clamped(to: pages).count
            if run.lowerBound < pages.lowerBound { rest.append(run.lowerBound..<pages.lowerBound) }
            if run.upperBound > pages.upperBound { rest.append(pages.upperBound..<run.upperBound) }
            end += 1
        }
        runs.replaceSubrange(first..<end, with: rest)
        count -= removed
        return removed
    }

    /// The first page of the lowest run of this many pages that begins at a multiple of `alignment`.
    func firstFit(_ pages: Int, alignment: Int = 1) -> Int? {
        for run in runs {
            let first = (run.lowerBound + alignment - 1) / alignment * alignment
            if first + pages <= run.upperBound { return first }
        }
        return nil
    }
}
