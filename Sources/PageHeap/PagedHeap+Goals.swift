import PageHeapCore

extension PagedHeap {
    /// Ends a cycle of a heap whose cycles are ``Configuration/Cycles/runtime``. Call it at the end of each collection.
    ///
    /// From then on the heap keeps what is in use now, times the ratio of this heap goal to the last one, plus
    /// ``Configuration/retainExtraPercent``. Memory above that is released in the background. The first call only sets
    /// the reference for that ratio.
    ///
    /// - Parameter heapGoal: the size of all objects that you expect at the end of the next collection, in bytes; 0 or
    ///   more.
    /// - Throws: ``PageHeapError/invalidHeapGoal(_:)``; ``PageHeapError/invalidConfiguration(_:)`` if the heap ends its
    ///   cycles itself.
    /// - Complexity: O(1) in the size of the heap.
    public func endCycle(heapGoal: Int) throws(PageHeapError) {
        guard heapGoal >= 0 else { throw .invalidHeapGoal(heapGoal) }
        guard heap.endCycle(heapGoal: ByteCount(UInt(heapGoal))) else {
            throw .invalidConfiguration("endCycle needs a heap whose cycles are .runtime")
        }
    }

    /// The memory limit in bytes, or nil if there is none. As long as none was set, it follows from that of the process's
    /// control group and what else is used of it.
    ///
    /// - Complexity: O(1), without a lock.
    public var memoryLimit: Int? { heap.memoryLimit.map { Int(clamping: $0.rawValue) } }

    /// Sets or removes the memory limit, also in place of the one that follows from the container's.
    ///
    /// The limit applies to what the heap retains plus its metadata, and it is soft. Above 95 percent of the limit,
    /// free memory is released in the background even if the heap is expected to need it. An allocation that would
    /// exceed the limit first releases other free memory, within bounds, but it succeeds if that does not suffice. A
    /// limit below what is in use is legal.
    ///
    /// - Parameter bytes: the limit in bytes, at least 1, or nil for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). Memory is released in the background.
    public func setMemoryLimit(_ bytes: Int?) throws(PageHeapError) {
        heap.setMemoryLimit(try Configuration.checkedLimit(bytes))
    }

    /// The hard limit in bytes, or nil if there is none.
    ///
    /// - Complexity: O(1), without a lock.
    public var hardLimit: Int? { heap.hardLimit.map { Int(clamping: $0.rawValue) } }

    /// Sets or removes the hard limit.
    ///
    /// The limit applies to what the heap retains, discarded contents of runs included, plus its metadata. An allocation
    /// that would exceed it first releases as much free memory as is needed. If that does not suffice, the allocation
    /// throws. What is in use when the limit is set stays. If the hard limit is lower than the memory limit, it is the
    /// memory limit as well.
    ///
    /// - Parameter bytes: the limit in bytes, at least 1, or nil for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). Memory is released in the background.
    public func setHardLimit(_ bytes: Int?) throws(PageHeapError) {
        heap.setHardLimit(try Configuration.checkedLimit(bytes, named: "hardLimit"))
    }
}
