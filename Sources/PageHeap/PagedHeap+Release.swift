import PageHeapCore

extension PagedHeap {
    /// Releases the memory of all free pages to the operating system, and waits until that is done.
    ///
    /// - Returns: the number of bytes of physical memory that the system got back. Pages that were never touched have
    ///   none.
    /// - Complexity: O(free pages), most of it in the kernel: about 0.1 s per GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(heap.releaseFreeMemory().rawValue) }

    /// Releases the memory of free pages to the operating system, from the highest address down, and waits
    /// until that is done.
    ///
    /// - Parameter byteCount: the size of the pages to release, rounded up to whole pages, in bytes. More are released, by
    ///   less than a huge page, if a huge page would otherwise have to be split. 0 or less does nothing.
    /// - Returns: the number of bytes of physical memory that the system got back. It is less than `byteCount` if no more
    ///   is free, or if some of the pages were never touched.
    /// - Complexity: O(pages released), with the cost of ``releaseFreeMemory()``.
    @discardableResult
    public func releaseMemory(upToByteCount byteCount: Int) -> Int {
        if byteCount <= 0 { return 0 }
        return Int(heap.releaseFreeMemory(upTo: ByteCount(UInt(byteCount))).rawValue)
    }
}
