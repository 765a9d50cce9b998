import PageHeapCore
import SystemPackage

extension PageHeap {
    /// Takes pages.
    ///
    /// - Parameters:
    ///   - pages: at least 1.
    ///   - alignment: of the first byte's address, in bytes: a power of two. Less than a page means a page.
    ///   - zeroed: whether all bytes have to be zero. Those that are not known to be are written, which takes about 0.1 ms a
    ///     MiB and gives them memory.
    /// - Returns: the pages' owner. Where zeros were not asked for, their contents are unspecified if
    ///   ``PageRun/isZeroed`` is false.
    /// - Throws: ``PageHeapError/invalidPageCount(_:)``, ``PageHeapError/invalidAlignment(_:)``;
    ///   ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory, or more is asked for than there is
    ///   address space.
    /// - Complexity: O(1) in the size of the heap: five levels of summaries at most.
    public func allocate(
        pages: Int, alignment: Int = 1, zeroed: Bool = false
    ) throws(PageHeapError) -> PageRun {
        guard pages > 0 else { throw .invalidPageCount(pages) }
        guard alignment > 0, alignment & (alignment - 1) == 0 else { throw .invalidAlignment(alignment) }
        // Both are positive.
        let (count, bytes) = (PageCount(UInt(bitPattern: pages)), UInt(bitPattern: alignment))
        let alignmentPages = PageCount(max(1, bytes / UInt(Self.pageSize)))
        guard let found = heap.allocate(count, alignment: alignmentPages) else { throw .system(.noMemory) }
        var run = PageRun(
            heap: heap, address: found.address, pages: pages, isZeroed: found.isZeroed)
        if zeroed && !run.isZeroed { run.clear() }
        return run
    }

    /// Takes as many pages as hold so many bytes.
    ///
    /// - Parameters:
    ///   - byteCount: at least 1.
    ///   - alignment: of the first byte's address, in bytes: a power of two. Less than a page means a page.
    ///   - zeroed: whether all bytes have to be zero.
    /// - Returns: the pages' owner, of `byteCount` bytes rounded up to whole pages.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, and what ``allocate(pages:alignment:zeroed:)`` throws.
    /// - Complexity: as ``allocate(pages:alignment:zeroed:)``.
    public func allocate(
        byteCount: Int, alignment: Int = 1, zeroed: Bool = false
    ) throws(PageHeapError) -> PageRun {
        guard byteCount > 0 else { throw .invalidByteCount(byteCount) }
        return try allocate(pages: (byteCount - 1) / Self.pageSize + 1, alignment: alignment, zeroed: zeroed)
    }

    /// Takes over pages that ``PageRun/leak()`` gave up: from now on they have an owner again.
    ///
    /// - Parameter buffer: what was leaked from this heap, or whole pages of it. Pages that have another owner are a mistake
    ///   that cannot be seen here: the program stops when they are freed twice.
    /// - Returns: the pages' owner.
    /// - Throws: ``PageHeapError/notInUse`` where the buffer is not whole pages of this heap, all of them in use.
    /// - Complexity: O(pages / 512).
    public func adopt(_ buffer: UnsafeMutableRawBufferPointer) throws(PageHeapError) -> PageRun {
        let address = UInt(bitPattern: buffer.baseAddress)
        guard buffer.count > 0, buffer.count % Self.pageSize == 0,
            heap.areInUse(address, PageCount(UInt(buffer.count / Self.pageSize)))
        else { throw .notInUse }
        return PageRun(heap: heap, address: address, pages: buffer.count / Self.pageSize, isZeroed: false)
    }
}
