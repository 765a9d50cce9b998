import CPageHeap

/// A rank in the lock order: a thread that holds a lock takes only locks of later ranks.
///
/// Memory is released under no lock but the pass lock.
package protocol LockRank {
    static var order: UInt32 { get }
}

/// The ranks, in lock order.
package enum LockRanks {
    /// The pass lock: one scavenging pass at a time.
    package enum Pass: LockRank { package static var order: UInt32 { 0 } }
    /// The registry of thread caches.
    package enum Registry: LockRank { package static var order: UInt32 { 1 } }
    /// A central free list: the spans of a size class in a shard; also a shard's large-block cache.
    package enum SizeClass: LockRank { package static var order: UInt32 { 2 } }
    /// The list of free span records; also a shard's stash of them.
    package enum SpanRecords: LockRank { package static var order: UInt32 { 3 } }
    /// A page cache.
    package enum PageCache: LockRank { package static var order: UInt32 { 4 } }
    /// The heap lock: the page allocator, the ledger and the address space.
    package enum Heap: LockRank { package static var order: UInt32 { 5 } }
    /// The search lock: the scavenger's search space.
    package enum Search: LockRank { package static var order: UInt32 { 6 } }
    /// The worker's state, and its ring of heaps.
    package enum Worker: LockRank { package static var order: UInt32 { 7 } }
    /// The tables of sampled allocations.
    package enum Samples: LockRank { package static var order: UInt32 { 8 } }
    /// The pool of guarded blocks.
    package enum GuardedBlocks: LockRank { package static var order: UInt32 { 9 } }
}

extension LockRank {
    /// Checked builds: aborts if the thread holds a lock of this rank or a later one.
    @inline(__always)
    static func willLock() {
        #if PAGEHEAP_CHECKED
            if LockPassage.isOpen { return }
            let held = pageheap_thread_slot().pointee.held_ranks
            if held &>> order != 0 {
                fatal("locks are taken out of order; ranks held, and the rank to take:", UInt(held) &<< 8 | UInt(order))
            }
            pageheap_thread_slot().pointee.held_ranks = held | (1 &<< order)
        #endif
    }

    @inline(__always)
    static func didUnlock() {
        #if PAGEHEAP_CHECKED
            if LockPassage.isOpen { return }
            assertHeld()
            pageheap_thread_slot().pointee.held_ranks &= ~(1 &<< order)
        #endif
    }

    /// Checked builds: aborts if the thread holds no lock of this rank. (A thread that has all locks holds it.)
    @inline(__always)
    package static func assertHeld() {
        #if PAGEHEAP_CHECKED
            let slot = pageheap_thread_slot().pointee
            if slot.held_ranks &>> order & 1 == 0 && slot.passes_locks == 0 {
                fatal("a lock that must be held is not; its rank:", UInt(order))
            }
        #endif
    }
}

extension LockRank {
    /// Checked builds: aborts if the thread holds a lock of this rank or a later one, under which the code that follows
    /// may not run.
    @inline(__always)
    package static func assertNoneFromHere() {
        #if PAGEHEAP_CHECKED
            let held = pageheap_thread_slot().pointee.held_ranks &>> order
            if held != 0 { fatal("locks are held where none may be; their ranks:", UInt(held) &<< UInt(order)) }
        #endif
    }
}

extension LockRanks {
    /// Checked builds: aborts if the thread holds any lock but the pass lock. (A thread that has all locks for a fork
    /// passes through them.)
    @inline(__always)
    package static func assertNoneHeldButPass() {
        #if PAGEHEAP_CHECKED
            let held = pageheap_thread_slot().pointee.held_ranks & ~(1 &<< Pass.order)
            if held != 0 { fatal("locks are held where none may be; their ranks:", UInt(held)) }
        #endif
    }
}
