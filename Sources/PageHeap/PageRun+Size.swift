import PageHeapCore

/// Runs that become smaller, larger, two or one. Pages stay where they are, with what they hold.
extension PageRun {
    /// Cuts the run in two: keeps the first pages, and gives the rest to an owner of its own.
    ///
    /// - Parameter page: the first page of the rest, 1 to ``pages`` − 1.
    /// - Returns: the owner of the rest.
    /// - Throws: ``PageHeapError/pageCountOutOfRange(_:limit:)``; then nothing has changed.
    /// - Complexity: O(1).
    public mutating func split(at page: Int) throws(PageHeapError) -> PageRun {
        guard page > 0, page < pages else { throw .pageCountOutOfRange(page, limit: pages - 1) }
        // Discarded parts of large physical pages could not be told apart.
        if isDiscarded && !heap.hasSmallPhysicalPages { noteWrite() }
        var rest = PageRun(
            heap: heap, address: address &+ UInt(page &* PageHeap.pageSize), pages: pages - page, isZeroed: isZeroed)
        rest.isDiscarded = isDiscarded
        pages = page
        return rest
    }

    /// Takes over the pages of the run that begins where this one ends.
    ///
    /// - Parameter next: nothing afterwards; where this throws, still the owner that it was. Nothing at all is appended as
    ///   nothing.
    /// - Throws: ``PageHeapError/differentHeaps``; ``PageHeapError/notAdjacent`` where `next` begins elsewhere. Then nothing
    ///   has changed, and both runs are as they were.
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
        pages += taken.pages
        isZeroed = isZeroed && taken.isZeroed
        taken.giveUp()
    }

    /// Gives the last pages back to the heap.
    ///
    /// - Parameter count: how many pages stay, 1 to ``pages``.
    /// - Throws: ``PageHeapError/pageCountOutOfRange(_:limit:)``; then nothing has changed.
    /// - Complexity: O(pages given back / 512).
    public mutating func shrink(toPages count: Int) throws(PageHeapError) {
        guard count > 0, count <= pages else { throw .pageCountOutOfRange(count, limit: pages) }
        if count == pages { return }
        try split(at: count).release()
    }

    /// Takes the pages behind the run as well, if they are free.
    ///
    /// - Parameter count: how many more, at least 1.
    /// - Returns: false where one of them is in use, or there is no memory for them. Then nothing has changed, and only
    ///   another run can be as large.
    /// - Throws: ``PageHeapError/invalidPageCount(_:)``.
    /// - Complexity: O(count / 512).
    public mutating func growInPlace(byPages count: Int) throws(PageHeapError) -> Bool {
        guard count > 0 else { throw .invalidPageCount(count) }
        let more = PageCount(UInt(count))
        guard let isMoreZeroed = heap.growInPlace(at: address &+ UInt(byteCount), by: more) else { return false }
        noteWrite()
        pages += count
        isZeroed = isZeroed && isMoreZeroed
        return true
    }
}
