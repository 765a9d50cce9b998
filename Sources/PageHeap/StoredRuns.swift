import PageHeapCore

/// The runs that a heap looks after, by the numbers in their handles. It frees them when it is destroyed.
///
/// A number is never used twice. So a handle whose run is gone finds nothing, whatever was stored since.
struct StoredRuns: ~Copyable, Sendable {
    private enum Entry {
        case idle(UnownedRun)
        /// A closure has the run.
        case inUse
    }

    private let heap: SystemHeap
    private let identity = Identity.next()
    private var entries: [UInt64: Entry] = [:]
    private var last: UInt64 = 0

    init(of heap: SystemHeap) { self.heap = heap }

    deinit {
        for case .idle(let run) in entries.values { PageRun(run, of: heap).release() }
    }

    /// - Parameter run: what was made of a run of the heap.
    mutating func add(_ run: UnownedRun) -> PageRun.Handle {
        last += 1
        entries[last] = .idle(run)
        return PageRun.Handle(heap: identity, run: last)
    }

    func contains(_ handle: PageRun.Handle) -> Bool { handle.heap == identity && entries[handle.run] != nil }

    /// Gives a run away. Its number is free of it.
    mutating func remove(_ handle: PageRun.Handle) -> UnownedRun {
        let run = idle(handle)
        entries[handle.run] = nil
        return run
    }

    /// Lends a run until ``putBack(_:_:)``.
    mutating func lend(_ handle: PageRun.Handle) -> UnownedRun {
        let run = idle(handle)
        entries[handle.run] = .inUse
        return run
    }

    mutating func putBack(_ handle: PageRun.Handle, _ run: UnownedRun) { entries[handle.run] = .idle(run) }

    private func idle(_ handle: PageRun.Handle) -> UnownedRun {
        guard handle.heap == identity else { stop("a handle was used with another heap than the one that made it") }
        switch entries[handle.run] {
        case .idle(let run): return run
        case .inUse: stop("a handle was used while withRun was using its run")
        case nil: stop("a handle was used after its run was released or taken")
        }
    }
}
