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
        #if PAGEHEAP_CHECKED
            if LockPassage.isOpen { return }
            let held = pageheap_thread_slot().pointee.held_ranks
            if held &>> order != 0 {
                fatal("locks out of order: ranks held, and the one to take:", UInt(held) &<< 8 | UInt(order))
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

    /// Checked builds: stops the program if the thread holds no lock of this rank. (A thread that has all locks holds it.)
    @inline(__always)
    package static func assertHeld() {
        #if PAGEHEAP_CHECKED
            let slot = pageheap_thread_slot().pointee
            if slot.held_ranks &>> order & 1 == 0 && slot.passes_locks == 0 {
                fatal("a lock is not held that has to be: its rank", UInt(order))
            }
        #endif
    }
}

extension LockRank {
    /// Checked builds: stops the program if the thread holds a lock of this rank or a later one, under which what follows may
    /// not be called.
    @inline(__always)
    package static func assertNoneFromHere() {
        #if PAGEHEAP_CHECKED
            let held = pageheap_thread_slot().pointee.held_ranks &>> order
            if held != 0 { fatal("locks are held where none may be: ranks", UInt(held) &<< UInt(order)) }
        #endif
    }
}

extension LockRanks {
    /// Checked builds: stops the program if the thread holds any lock but that of the pass. (A thread that has all locks, for
    /// a fork, passes through them.)
    @inline(__always)
    package static func assertNoneHeldButPass() {
        #if PAGEHEAP_CHECKED
            let held = pageheap_thread_slot().pointee.held_ranks & ~(1 &<< Pass.order)
            if held != 0 { fatal("locks are held where none may be: ranks", UInt(held)) }
        #endif
    }
}
