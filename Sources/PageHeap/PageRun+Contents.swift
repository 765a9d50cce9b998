import PageHeapCore
import SystemPackage

extension PageRun {
    /// Gives the pages' memory back to the operating system, and keeps the pages: from now on they read as zero, and cost
    /// memory again once they are written to.
    ///
    /// The heap's books count the pages as released, ``PageHeap/PageHeap/Statistics/releasedInUseBytes``, until the run is next looked at in a
    /// way that lets somebody write, such as ``mutableBytes``; from then on they count as having memory, whatever is
    /// written.
    ///
    /// - Throws: ``PageHeapError/system(_:)`` where the system does not take the memory, as it does not while it is locked;
    ///   then nothing has changed.
    /// - Complexity: O(pages with memory), in the kernel: about 0.1 s for a GiB.
    public mutating func discardContents() throws(PageHeapError) {
        if isDiscarded { return }
        let count = PageCount(UInt(pages))
        let error = heap.discard(address, count)
        guard error == 0 else { throw .system(Errno(rawValue: error)) }
        isDiscarded = true
        if heap.discardedReadsZero {
            clearEdges(around: heap.wholePhysicalPages(address, count))
        } else {
            clearAndDiscard()
        }
        isZeroed = true
    }

    /// Where pages that were given back may keep what they held: what they keep is zeros, then.
    private mutating func clearAndDiscard() {
        clear()
        // The system took the same memory a moment ago. Should it refuse now, the pages read as zero, and have memory.
        isDiscarded = heap.discard(address, PageCount(UInt(pages))) == 0
    }

    /// Makes all bytes zero by writing them.
    mutating func clear() {
        unsafeMutableBytes().initializeMemory(as: UInt8.self, repeating: 0)
        isZeroed = true
    }

    /// Clears what shares a physical page with somebody else, and so kept its memory.
    private func clearEdges(around discarded: MemoryRange) {
        let end = address &+ UInt(byteCount)
        let first = discarded.bytes == 0 ? end : discarded.address
        start.initializeMemory(as: UInt8.self, repeating: 0, count: Int(first &- address))
        let last = first &+ discarded.bytes.rawValue
        (start + Int(last &- address)).initializeMemory(as: UInt8.self, repeating: 0, count: Int(end &- last))
    }
}
