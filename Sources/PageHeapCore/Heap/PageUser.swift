/// What lies above a heap of pages and holds memory that it can give back: the malloc's caches and spans, as the worker
/// sees them.
package protocol PageUser {
    /// Drains caches that nobody has used since the last call.
    ///
    /// - Returns: whether a later call may find more.
    func drainIdle() -> Bool

    /// Begins a pass over holes in spans.
    func beginHolePass()

    /// Releases holes, and looks at a bounded number of spans for that: fewer bytes than asked do not mean that the pass
    /// is over, ``isHolePassOver`` does.
    func releaseHoles(_ bytes: ByteCount) -> ByteCount

    /// Whether the pass is over.
    var isHolePassOver: Bool { get }

    /// Whether a later pass may find something that this one did not.
    var mayFindMoreHoles: Bool { get }
}

/// Nothing above the pages holds any.
package struct NoPageUser: PageUser {
    package init() {}
    package func drainIdle() -> Bool { false }
    package func beginHolePass() {}
    package func releaseHoles(_ bytes: ByteCount) -> ByteCount { 0 }
    package var isHolePassOver: Bool { true }
    package var mayFindMoreHoles: Bool { false }
}
