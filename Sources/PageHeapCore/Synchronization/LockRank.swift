import CPageHeap

/// A place in the order in which locks are taken: a thread that holds a lock takes only later ones.
///
/// `madvise` runs under none but the pass lock.
package protocol LockRank {
    static var order: UInt32 { get }
}

/// The ranks, in order.
package enum LockRanks {
    /// One scavenging pass at a time.
    package enum Pass: LockRank { package static var order: UInt32 { 0 } }
    /// The list of thread caches.
    package enum Registry: LockRank { package static var order: UInt32 { 1 } }
    /// A size class's spans.
    package enum SizeClass: LockRank { package static var order: UInt32 { 2 } }
    /// A page cache.
    package enum PageCache: LockRank { package static var order: UInt32 { 3 } }
    /// The page allocator and the books.
    package enum Heap: LockRank { package static var order: UInt32 { 4 } }
    /// The scavenger's search space.
    package enum Search: LockRank { package static var order: UInt32 { 5 } }
    /// The records of spans.
    package enum Metadata: LockRank { package static var order: UInt32 { 6 } }
    /// The worker's state; where heaps share it, also which ones.
    package enum Worker: LockRank { package static var order: UInt32 { 7 } }
}

extension LockRank {
    /// Checked builds: stops the program if the thread holds a lock of this rank or a later one.
    @inline(__always)
    static func willLock() {
        #if DEBUG && !hasFeature(Embedded)
            let held = pageheap_thread_slot().pointee.held_ranks
            precondition(held &>> order == 0, "lock order: taking \(Self.self) while holding \(held)")
            pageheap_thread_slot().pointee.held_ranks = held | (1 &<< order)
        #endif
    }

    @inline(__always)
    static func didUnlock() {
        #if DEBUG && !hasFeature(Embedded)
            pageheap_thread_slot().pointee.held_ranks &= ~(1 &<< order)
        #endif
    }
}
