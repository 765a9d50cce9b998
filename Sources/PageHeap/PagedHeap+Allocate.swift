import PageHeapCore
import SystemPackage

extension PagedHeap {
    /// Allocates a run of pages.
    ///
    /// - Parameters:
    ///   - pageCount: the number of pages, at least 1.
    ///   - alignment: the alignment of the run in bytes, a power of two. Less than a page means a page.
    ///   - zeroed: whether all bytes must be zero. If they are not known to be, the run is cleared, which takes about
    ///     0.1 ms per MiB and makes the pages resident.
    /// - Returns: the run, which owns the pages. Unless `zeroed` is true, its contents are unspecified if
    ///   ``PageRun/isZeroed`` is false.
    /// - Throws: ``PageHeapError/invalidPageCount(_:)``, ``PageHeapError/invalidAlignment(_:)``;
    ///   ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory, or the request exceeds the address
    ///   space.
    /// - Complexity: O(1) in the size of the heap: at most five levels of summaries.
    public func allocate(
        pageCount: Int, alignment: Int = 1, zeroed: Bool = false
    ) throws(PageHeapError) -> PageRun {
        guard pageCount > 0 else { throw .invalidPageCount(pageCount) }
        guard alignment > 0, alignment & (alignment - 1) == 0 else { throw .invalidAlignment(alignment) }
        // Both are positive, so their bit patterns are their values.
        let (count, bytes) = (PageCount(UInt(bitPattern: pageCount)), UInt(bitPattern: alignment))
        let alignmentPages = PageCount(max(1, bytes / UInt(Self.pageSize)))
        guard let found = heap.allocate(count, alignment: alignmentPages) else { throw .system(.noMemory) }
        var run = PageRun(
            heap: heap, address: found.address, pageCount: pageCount, isZeroed: found.isZeroed)
        if zeroed && !run.isZeroed { run.clear() }
        return run
    }

    /// Allocates a run of pages of at least the given size.
    ///
    /// - Parameters:
    ///   - byteCount: the size in bytes, at least 1.
    ///   - alignment: the alignment of the run in bytes, a power of two. Less than a page means a page.
    ///   - zeroed: whether all bytes must be zero.
    /// - Returns: the run, of `byteCount` bytes rounded up to whole pages.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, and what ``allocate(pageCount:alignment:zeroed:)`` throws.
    /// - Complexity: the same as ``allocate(pageCount:alignment:zeroed:)``.
    public func allocate(
        byteCount: Int, alignment: Int = 1, zeroed: Bool = false
    ) throws(PageHeapError) -> PageRun {
        guard byteCount > 0 else { throw .invalidByteCount(byteCount) }
        return try allocate(pageCount: (byteCount - 1) / Self.pageSize + 1, alignment: alignment, zeroed: zeroed)
    }

    /// Takes over pages that were leaked with ``PageRun/leak()``, so that they have an owner again.
    ///
    /// - Parameter buffer: the leaked bytes, or whole pages of them. The pages must belong to this heap and must not
    ///   have another owner. That is not checked here, but the program stops when the pages are freed twice.
    /// - Returns: the run that owns the pages.
    /// - Throws: ``PageHeapError/notInUse`` if the buffer is not whole pages of this heap, all of them in use.
    /// - Complexity: O(pages / 512).
    public func adopt(_ buffer: UnsafeMutableRawBufferPointer) throws(PageHeapError) -> PageRun {
        let address = UInt(bitPattern: buffer.baseAddress)
        guard buffer.count > 0, buffer.count % Self.pageSize == 0,
            heap.areInUse(address, PageCount(UInt(buffer.count / Self.pageSize)))
        else { throw .notInUse }
        return PageRun(heap: heap, address: address, pageCount: buffer.count / Self.pageSize, isZeroed: false)
    }
}
