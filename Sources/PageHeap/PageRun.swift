import PageHeapCore

/// A run of pages, and their owner: the pages go back to the heap when the run is released, or goes out of scope.
public struct PageRun: ~Copyable, Sendable {
    private let heap: PageHeap
    private let address: UInt

    /// How many pages.
    public let pages: Int

    /// Whether the pages were known to read as zero when they were allocated.
    public let isZeroed: Bool

    init(heap: PageHeap, address: UInt, pages: Int, isZeroed: Bool) {
        self.heap = heap
        self.address = address
        self.pages = pages
        self.isZeroed = isZeroed
    }

    deinit { free() }

    /// The size in bytes.
    public var byteCount: Int { pages * PageHeap.pageSize }

    /// Gives the pages back to the heap. The same happens when the run goes out of scope.
    public consuming func release() {}

    private func free() {
        // An owner frees its pages once: anything else is a broken heap.
        guard heap.heap.free(address, PageCount(UInt(pages))) else { preconditionFailure("pages that are not in use") }
    }

    /// Calls `body` with the pages' bytes.
    ///
    /// - Parameter body: must not let the buffer out.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: byteCount))
    }

    /// Calls `body` with the pages' bytes, to change them.
    ///
    /// - Parameter body: must not let the buffer out.
    public mutating func withUnsafeMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: byteCount))
    }
}
