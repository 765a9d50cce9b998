/// The layer above a page heap that holds memory it can return: the malloc's caches and spans, as the worker sees them.
package protocol PageUser {
    /// Drains caches that were not used since the last call. The caller holds the pass lock.
    ///
    /// - Returns: whether a later call may drain more.
    func drainIdle() -> Bool

    /// Drains all caches that no thread uses at the moment, because memory is short. The caller holds the pass lock.
    func drainAll()

    /// Called after a pass in which ``drainIdle()`` was called, once the thread holds no lock: the user may stop the
    /// program because of what it found.
    func passEnded()

    /// Begins a pass over holes in spans.
    func beginHolePass()

    /// Releases holes, looking at a bounded number of spans. It may release fewer bytes than asked for before the
    /// pass is over: see ``isHolePassOver``.
    ///
    /// - Parameter bytes: the number of bytes wanted.
    /// - Returns: the bytes released.
    func releaseHoles(_ bytes: ByteCount) -> ByteCount

    /// Whether the pass over holes has reached its end.
    var isHolePassOver: Bool { get }

    /// Whether a later pass may find holes that this one did not.
    var mayFindMoreHoles: Bool { get }

    /// Serves the request that another process has made of the heap, if there is one. The caller holds no lock.
    ///
    /// - Parameter shouldStop: whether to cut a long one short.
    /// - Returns: whether there was one.
    func serveControl(until shouldStop: () -> Bool) -> Bool
}

extension PageUser {
    /// Only the malloc has requests to serve.
    package func serveControl(until shouldStop: () -> Bool) -> Bool { false }
}

/// A page user that holds nothing, for a heap with no layer above it.
package struct NoPageUser: PageUser {
    package init() {}
    package func drainIdle() -> Bool { false }
    package func drainAll() {}
    package func passEnded() {}
    package func beginHolePass() {}
    package func releaseHoles(_ bytes: ByteCount) -> ByteCount { 0 }
    package var isHolePassOver: Bool { true }
    package var mayFindMoreHoles: Bool { false }
}
