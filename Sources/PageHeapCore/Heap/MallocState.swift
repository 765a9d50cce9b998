import Synchronization

/// All of a malloc heap, in memory that does not move: a heap of pages, and blocks above it. Reached through
/// ``MallocHeap``, a handle.
package struct MallocState<System: OperatingSystem>: ~Copyable {
    /// Requests below may be served by a thread's cache at once: those of small blocks, or none where frees are checked.
    var quickLimit: UInt
    /// The same where they are.
    var checkedLimit: UInt

    var classes: SizeClassTable
    var lists: InlineArray<73, ClassSpans>
    var caches: ThreadCaches
    var largeSpans: LargeSpans
    var holePass: HolePass
    /// Large blocks that live where their memory was moved to. Relaxed: a bound that may be passed by a few.
    let movedBlocks: Atomic<UInt>
    var heap: HeapState<System>
    /// Threads are given no caches, because nobody would say when they end.
    var refusesCaches: Bool
    /// The key whose destructor runs when a thread with a cache exits; the maximum where nobody watches.
    var exitKey: UInt32
}
