import PageHeapCore

extension PageHeap {
    /// Gives the memory of all free pages back to the operating system now, and waits for it.
    ///
    /// - Returns: bytes given back.
    /// - Complexity: O(free pages), most of it in the kernel: about 0.1 s for a GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(heap.releaseFreeMemory().rawValue) }

    /// Gives the memory of free pages back to the operating system now, from the highest address down, and waits for it.
    ///
    /// - Parameter bytes: what is wanted, rounded up to whole pages. Nothing happens for 0 or less.
    /// - Returns: bytes given back. Fewer than asked for where no more is free; more, by less than a huge page, where a huge
    ///   page would have had to be broken up.
    /// - Complexity: O(pages given back), as ``releaseFreeMemory()``.
    @discardableResult
    public func releaseMemory(upTo bytes: Int) -> Int {
        if bytes <= 0 { return 0 }
        return Int(heap.releaseFreeMemory(upTo: ByteCount(UInt(bytes))).rawValue)
    }
}
