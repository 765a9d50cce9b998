import PageHeapCore
import SystemPackage

extension PageRun {
    /// Releases the pages' memory to the operating system, but keeps the pages. From now on they read as zero, and use
    /// memory again once they are written to.
    ///
    /// The statistics count the pages as released, in ``PagedHeap/Statistics/releasedInUseByteCount``, until the
    /// next access that may write, such as ``mutableBytes``. From then on all of them count as having memory,
    /// however much is written.
    ///
    /// - Throws: ``PageHeapError/system(_:)`` if the system refuses to take the memory, for instance because it is
    ///   locked. Nothing has changed then.
    /// - Complexity: O(resident pages), in the kernel: about 0.1 s per GiB.
    public mutating func discardContents() throws(PageHeapError) {
        if isDiscarded { return }
        let count = PageCount(UInt(pageCount))
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

    /// Clears the pages, then discards them again: for systems on which released pages may keep their contents.
    private mutating func clearAndDiscard() {
        clear()
        // The system took the same memory a moment ago. If it refuses now, the pages still read as zero, but are
        // resident.
        isDiscarded = heap.discard(address, PageCount(UInt(pageCount))) == 0
    }

    /// Writes zeros to all bytes.
    mutating func clear() {
        unsafeMutableBytes().initializeMemory(as: UInt8.self, repeating: 0)
        isZeroed = true
    }

    /// Clears the bytes at both ends that share a physical page with other pages, and so were not discarded.
    private func clearEdges(around discarded: MemoryRange) {
        let end = address &+ UInt(byteCount)
        let first = discarded.bytes == 0 ? end : discarded.address
        start.initializeMemory(as: UInt8.self, repeating: 0, count: Int(first &- address))
        let last = first &+ discarded.bytes.rawValue
        (start + Int(last &- address)).initializeMemory(as: UInt8.self, repeating: 0, count: Int(end &- last))
    }
}
