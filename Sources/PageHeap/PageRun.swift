import PageHeapCore

/// A run of pages that owns them: the pages go back to the heap when the run is released or goes out of scope.
///
/// A run cannot be copied, so each page has one owner, and using a run after ``release()`` does not compile. A run
/// stays valid without other references to its heap. It may be passed to another thread; like any value, it may be used
/// by one thread at a time. Where values must be copyable, as in arrays and
/// dictionaries, a ``Handle`` stands for it.
public struct PageRun: ~Copyable, Sendable {
    let heap: SystemHeap

    @usableFromInline
    let address: UInt

    /// The number of pages.
    public internal(set) var pageCount: Int

    /// Whether the pages were known to be zero when the run was allocated, last grew, or last had its contents
    /// discarded. Writing to the pages does not change this.
    public internal(set) var isZeroed: Bool

    /// Whether the contents were discarded, and no access since then could have written to the pages.
    @usableFromInline
    var isDiscarded = false

    init(heap: SystemHeap, address: UInt, pageCount: Int, isZeroed: Bool) {
        self.heap = heap
        self.address = address
        self.pageCount = pageCount
        self.isZeroed = isZeroed
    }

    deinit {
        // A run frees its pages exactly once, so a refusal means that the heap is corrupt.
        guard heap.free(address, PageCount(UInt(bitPattern: pageCount)), isDiscarded: isDiscarded) else {
            stop("a run's pages were freed behind its back")
        }
    }

    /// The size in bytes.
    @inlinable
    public var byteCount: Int { pageCount &* PagedHeap.pageSize }

    /// Frees the pages. The same happens when the run goes out of scope.
    ///
    /// - Complexity: O(pageCount / 512).
    public consuming func release() {}

    /// Gives up ownership of the pages without freeing them. They stay in use, and keep their heap's memory alive,
    /// until ``PagedHeap/adopt(_:)`` takes them over.
    ///
    /// For memory that lives as long as the process, or that C code owns.
    ///
    /// - Returns: the pages' bytes, page-aligned.
    /// - Complexity: O(1).
    public consuming func leak() -> UnsafeMutableRawBufferPointer {
        noteWrite()
        let bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
        discard self
        return bytes
    }

    /// Ends this run without freeing its pages, which have another owner.
    consuming func giveUp() { discard self }
}
