import PageHeapCore

/// A run of pages, and their owner: the pages go back to the heap when the run is released, or goes out of scope.
///
/// A run cannot be copied, so each page has one owner, and using a run after ``release()`` does not compile. A run's memory
/// stays when everybody else has let go of the heap. It may be handed to another thread; like any value, it is used by one
/// at a time.
public struct PageRun: ~Copyable, Sendable {
    let heap: SystemHeap

    @usableFromInline
    let address: UInt

    /// How many pages.
    public internal(set) var pages: Int

    /// Whether the pages were known to read as zero when they came: when they were allocated, when the run grew, or when
    /// its contents were discarded.
    public internal(set) var isZeroed: Bool

    /// The memory has been given back, and nobody has been let write to the pages since.
    @usableFromInline
    var isDiscarded = false

    init(heap: SystemHeap, address: UInt, pages: Int, isZeroed: Bool) {
        self.heap = heap
        self.address = address
        self.pages = pages
        self.isZeroed = isZeroed
    }

    deinit {
        // An owner frees its pages once: anything else is a broken heap.
        guard heap.free(address, PageCount(UInt(bitPattern: pages)), isDiscarded: isDiscarded) else {
            preconditionFailure("pages that are not in use")
        }
    }

    /// The size in bytes.
    @inlinable
    public var byteCount: Int { pages &* PageHeap.pageSize }

    /// Gives the pages back to the heap. The same happens when the run goes out of scope.
    ///
    /// - Complexity: O(pages / 512).
    public consuming func release() {}

    /// Gives the pages up without freeing them: they stay in use, and their heap's memory stays, until
    /// ``PageHeap/PageHeap/adopt(_:)`` takes them over.
    ///
    /// On purpose: for memory that lives as long as the process, or whose owner is C.
    ///
    /// - Returns: the pages' bytes, page-aligned.
    /// - Complexity: O(1).
    public consuming func leak() -> UnsafeMutableRawBufferPointer {
        noteWrite()
        let bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
        discard self
        return bytes
    }

    /// Ends this owner without freeing the pages, which have another one.
    consuming func giveUp() { discard self }
}
