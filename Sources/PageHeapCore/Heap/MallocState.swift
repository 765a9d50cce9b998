import Synchronization

/// The whole state of a malloc heap, in memory that does not move: a page heap, and the blocks above it. Accessed
/// through the handle ``MallocHeap``.
package struct MallocState<System: OperatingSystem>: ~Copyable {
    /// Requests smaller than this may be served from the thread cache at once: all small ones, or none (0) if frees are
    /// checked.
    var quickLimit: UInt
    /// The same limit for requests of a heap that checks frees; 0 if it does not.
    var checkedLimit: UInt

    var classes: SizeClassTable
    var lists: InlineArray<73, CentralFreeList>
    var caches: ThreadCaches
    var largeBlockCache: LargeBlockCache
    var holePass: HolePass
    /// The number of live large blocks whose memory was moved to them. Relaxed: a few may exceed the bound.
    let movedBlocks: Atomic<UInt>
    var heap: HeapState<System>
    /// Set if no thread-exit key could be created: caches would leak, so threads get none.
    var refusesCaches: Bool
    /// The key whose destructor runs when a thread with a cache exits; the maximum if there is none.
    var exitKey: UInt32
}
