import PageHeapCore

extension PageRun {
    /// Stands for a run that its heap looks after, where a run itself cannot go: in arrays, dictionaries, classes and
    /// closures.
    ///
    /// A handle is a plain value: it can be copied, compared and hashed, and used from any thread. It owns nothing.
    /// ``PagedHeap/store(_:)`` makes it; ``PagedHeap`` does everything with it, and stops the program if its run is
    /// gone, or belongs to another heap. A handle is never used again for another run.
    ///
    /// <!-- given: let heap = try PagedHeap() -->
    /// ```swift
    /// var pagesOfTable: [String: PageRun.Handle] = [:]
    /// pagesOfTable["users"] = heap.store(try heap.allocate(pageCount: 16))
    /// if let users = pagesOfTable["users"] {
    ///     heap.withRun(users) { run in
    ///         var words = run.mutableSpan(of: UInt64.self)
    ///         words[0] = 1
    ///     }
    ///     heap.release(users)
    /// }
    /// ```
    public struct Handle: Hashable, BitwiseCopyable, Sendable {
        /// Identifies the heap, and the run among those that the heap has ever stored.
        let heap: UInt64
        let run: UInt64
    }
}

/// A run without its owner, for places that cannot hold noncopyable values: its members, and no heap. Exactly one run is
/// made of it again.
struct UnownedRun: Sendable {
    let address: UInt
    let pageCount: Int
    let isZeroed: Bool
    let isDiscarded: Bool
}

extension PageRun {
    /// Ends this run without freeing its pages, which `UnownedRun` stands for.
    consuming func withoutOwner() -> UnownedRun {
        let run = UnownedRun(address: address, pageCount: pageCount, isZeroed: isZeroed, isDiscarded: isDiscarded)
        discard self
        return run
    }

    /// Owns pages again.
    ///
    /// - Parameters:
    ///   - run: what was made of a run, and not of any other since.
    ///   - heap: the heap of that run.
    init(_ run: UnownedRun, of heap: SystemHeap) {
        self.init(heap: heap, address: run.address, pageCount: run.pageCount, isZeroed: run.isZeroed)
        isDiscarded = run.isDiscarded
    }
}
