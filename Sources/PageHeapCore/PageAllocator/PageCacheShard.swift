import Synchronization

/// A page cache with its lock, shared by several size classes.
///
/// Cache hits do not update the ledger. The shard notes what hits took, and the notes are carried over the next time
/// the heap lock is held for the shard. A snapshot under all shard locks and the heap lock is exact. A snapshot under
/// the heap lock alone adds the notes as they are, and may miss a hit in progress.
package struct PageCacheShard: ~Copyable {
    package let lock = FutexLock<LockRanks.PageCache>()
    package internal(set) var cache = PageCache.empty
    /// Bytes taken from the cache since the ledger was last updated, and bytes of them that had been released. Written
    /// under the lock; relaxed, because a reader without it only wants a figure.
    private let taken = Atomic<UInt>(0)
    private let takenScavenged = Atomic<UInt>(0)
    /// Hits and misses so far. The worker flushes a cache that had no request for a cycle.
    package private(set) var requests: UInt = 0

    package init() {}

    /// Allocates from the cache. The caller holds the shard's lock.
    ///
    /// - Returns: the pages, or `nil` if the cache has no run that is long enough.
    package mutating func allocate(_ count: PageCount) -> PageAllocation? {
        requests &+= 1
        guard let allocation = cache.allocate(count) else { return nil }
        taken.store(taken.load(ordering: .relaxed) &+ count.bytes.rawValue, ordering: .relaxed)
        takenScavenged.store(
            takenScavenged.load(ordering: .relaxed) &+ allocation.scavenged.rawValue, ordering: .relaxed)
        return allocation
    }

    /// Returns what is left of the cache to the allocator, and refills it. The caller holds the shard's lock and the
    /// heap lock.
    package mutating func refill(from heap: UnsafeMutablePointer<LockedPages>) {
        flush(to: heap)
        cache = heap.pointee.pages.allocateToCache()
        heap.pointee.ledger.cached += cache.retainedBytes
    }

    /// Returns all pages to the allocator, and carries the notes over to the ledger. The caller holds the shard's lock
    /// and the heap lock.
    package mutating func flush(to heap: UnsafeMutablePointer<LockedPages>) {
        addNotes(to: &heap.pointee.ledger)
        taken.store(0, ordering: .relaxed)
        takenScavenged.store(0, ordering: .relaxed)
        heap.pointee.ledger.cached -= cache.retainedBytes
        heap.pointee.pages.flush(&cache)
    }

    /// Adds what hits took to a ledger, which may be a copy.
    package func addNotes(to ledger: inout HeapLedger) {
        let bytes = ByteCount(taken.load(ordering: .relaxed))
        let scavenged = ByteCount(takenScavenged.load(ordering: .relaxed))
        ledger.use(bytes, scavenged: scavenged)
        ledger.cached -= bytes - scavenged
    }
}
