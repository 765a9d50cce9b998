import PageHeapCore

extension PageHeap {
    /// Ends a cycle of a heap whose configuration says ``Configuration/Cycles/runtime``: call it whenever a collection
    /// has ended.
    ///
    /// From then on the heap keeps what is in use now, times the ratio of this heap goal to the last one, and
    /// ``Configuration/retainExtraPercent`` more. Memory above that goes back in the background. The first call only sets
    /// the measure.
    ///
    /// - Parameter heapGoal: the bytes that you expect in objects when the next collection ends; 0 or more.
    /// - Throws: ``PageHeapError/invalidHeapGoal(_:)``; ``PageHeapError/invalidConfiguration(_:)`` where the heap ends its
    ///   cycles itself.
    /// - Complexity: O(1) in the size of the heap.
    public func endCycle(heapGoal: Int) throws(PageHeapError) {
        guard heapGoal >= 0 else { throw .invalidHeapGoal(heapGoal) }
        guard heap.endCycle(heapGoal: ByteCount(UInt(heapGoal))) else {
            throw .invalidConfiguration("endCycle needs a heap whose cycles are .runtime")
        }
    }

    /// The most bytes that the heap should have from the system, or nothing where there is no limit.
    ///
    /// - Complexity: O(1), without a lock.
    public var memoryLimit: Int? { heap.memoryLimit.map { Int(clamping: $0.rawValue) } }

    /// Sets the memory limit, or takes it away.
    ///
    /// The limit counts what the heap retains and its own books. It is soft: from five percent below it on, free memory
    /// goes back in the background, whatever the heap is expected to need; an allocation that would go beyond it gives
    /// other free memory back first, within bounds; and one that needs more gets more. A limit below what is in use is
    /// legal.
    ///
    /// - Parameter bytes: at least 1, or nothing for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). What has to go back goes in the background.
    public func setMemoryLimit(_ bytes: Int?) throws(PageHeapError) {
        heap.setMemoryLimit(try Configuration.checkedLimit(bytes))
    }
}
