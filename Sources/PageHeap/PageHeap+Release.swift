import PageHeapCore

extension PageHeap {
    /// Releases the memory of all free pages to the operating system, and waits until that is done.
    ///
    /// - Returns: the number of bytes released.
    /// - Complexity: O(free pages), most of it in the kernel: about 0.1 s per GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(heap.releaseFreeMemory().rawValue) }

    /// Releases the memory of free pages to the operating system, from the highest address down, and waits
    /// until that is done.
    ///
    /// - Parameter bytes: the number of bytes to release, rounded up to whole pages. 0 or less does nothing.
    /// - Returns: the number of bytes released. It is less than `bytes` if no more is free, and more, by less than a
    ///   huge page, if a huge page would otherwise have to be split.
    /// - Complexity: O(pages released), with the cost of ``releaseFreeMemory()``.
    @discardableResult
    public func releaseMemory(upTo bytes: Int) -> Int {
        if bytes <= 0 { return 0 }
        return Int(heap.releaseFreeMemory(upTo: ByteCount(UInt(bytes))).rawValue)
    }
}
