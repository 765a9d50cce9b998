import PageHeapCore

/// Splitting, joining, shrinking and growing of runs. Pages keep their addresses and contents.
extension PageRun {
    /// Splits the run in two. This run keeps the first pages, and a new run owns the rest.
    ///
    /// - Parameter page: the index of the first page of the new run, 1 to ``pageCount`` − 1.
    /// - Returns: the new run.
    /// - Throws: ``PageHeapError/pageCountOutOfRange(_:limit:)``. Nothing has changed then.
    /// - Complexity: O(1).
    public mutating func split(at page: Int) throws(PageHeapError) -> PageRun {
        guard page > 0, page < pageCount else { throw .pageCountOutOfRange(page, limit: pageCount - 1) }
        // A physical page that both runs share could not be counted as discarded for each of them.
        if isDiscarded && !heap.hasSmallPhysicalPages { noteWrite() }
        var rest = PageRun(
            heap: heap, address: address &+ UInt(page &* PagedHeap.pageSize), pageCount: pageCount - page,
            isZeroed: isZeroed)
        rest.isDiscarded = isDiscarded
        pageCount = page
        return rest
    }

    /// Appends the run that begins where this one ends, and takes over its pages.
    ///
    /// - Parameter next: the run to append. Set to nil on success, and unchanged if this throws. Appending nil does
    ///   nothing.
    /// - Throws: ``PageHeapError/differentHeaps``; ``PageHeapError/notAdjacent`` if `next` begins elsewhere. Both
    ///   runs are unchanged then.
    /// - Complexity: O(1).
    public mutating func append(_ next: inout PageRun?) throws(PageHeapError) {
        guard var taken = next.take() else { return }
        let isSameHeap = taken.heap == heap
        guard isSameHeap, taken.address == address &+ UInt(byteCount) else {
            next = consume taken
            throw isSameHeap ? .notAdjacent : .differentHeaps
        }
        if isDiscarded != taken.isDiscarded || !heap.hasSmallPhysicalPages {
            noteWrite()
            taken.noteWrite()
        }
        pageCount += taken.pageCount
        isZeroed = isZeroed && taken.isZeroed
        taken.giveUp()
    }

    /// Shrinks the run by freeing its last pages.
    ///
    /// - Parameter count: the number of pages to keep, 1 to ``pageCount``.
    /// - Throws: ``PageHeapError/pageCountOutOfRange(_:limit:)``. Nothing has changed then.
    /// - Complexity: O(pages freed / 512).
    public mutating func shrink(toPageCount count: Int) throws(PageHeapError) {
        guard count > 0, count <= pageCount else { throw .pageCountOutOfRange(count, limit: pageCount) }
        if count == pageCount { return }
        try split(at: count).release()
    }

    /// Grows the run by the pages that follow it, if they are free.
    ///
    /// - Parameter count: the number of pages to add, at least 1.
    /// - Returns: true if the run has grown; false if one of the pages is in use or there is no memory for them. The
    ///   run is unchanged then, and only a new allocation can provide a larger one.
    /// - Throws: ``PageHeapError/invalidPageCount(_:)``.
    /// - Complexity: O(count / 512).
    public mutating func growInPlace(byPageCount count: Int) throws(PageHeapError) -> Bool {
        guard count > 0 else { throw .invalidPageCount(count) }
        let more = PageCount(UInt(count))
        guard let isMoreZeroed = heap.growInPlace(at: address &+ UInt(byteCount), by: more) else { return false }
        noteWrite()
        pageCount += count
        isZeroed = isZeroed && isMoreZeroed
        return true
    }
}
