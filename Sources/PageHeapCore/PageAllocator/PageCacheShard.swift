import Synchronization

/// A page cache that several size classes share, with its lock.
///
/// A hit changes no books: what it took is noted here, and carried over the next time the heap lock is held for the
/// shard. A snapshot under all shards' locks and the heap lock is exact; a look under the heap lock alone adds the
/// notes as they are, and may miss a hit that is going on.
package struct PageCacheShard: ~Copyable {
    package let lock = FutexLock<LockRanks.PageCache>()
    package internal(set) var cache = PageCache.empty
    /// Bytes taken from the cache since the books were last brought up to date, and of them those that had been
    /// released. Written under the lock; relaxed, because a look without it is only a figure.
    private let taken = Atomic<UInt>(0)
    private let takenScavenged = Atomic<UInt>(0)
    /// Hits and misses so far: says whether anybody uses the cache.
    package private(set) var requests: UInt = 0

    package init() {}

    /// Pages from the cache. The shard's lock is held.
    package mutating func allocate(_ count: PageCount) -> PageAllocation? {
        requests &+= 1
        guard let allocation = cache.allocate(count) else { return nil }
        taken.store(taken.load(ordering: .relaxed) &+ count.bytes.rawValue, ordering: .relaxed)
        takenScavenged.store(
            takenScavenged.load(ordering: .relaxed) &+ allocation.scavenged.rawValue, ordering: .relaxed)
        return allocation
    }

    /// Fills the cache anew, after giving back what is left of it. The shard's lock and the heap lock are held.
    package mutating func refill(from heap: UnsafeMutablePointer<LockedPages>) {
        flush(to: heap)
        cache = heap.pointee.pages.allocateToCache()
        heap.pointee.books.cached += cache.retainedBytes
    }

    /// Gives all pages back, and carries the notes over. The shard's lock and the heap lock are held.
    package mutating func flush(to heap: UnsafeMutablePointer<LockedPages>) {
        addNotes(to: &heap.pointee.books)
        taken.store(0, ordering: .relaxed)
        takenScavenged.store(0, ordering: .relaxed)
        heap.pointee.books.cached -= cache.retainedBytes
        heap.pointee.pages.flush(&cache)
    }

    /// Adds what hits took to some books.
    package func addNotes(to books: inout HeapBooks) {
        let bytes = ByteCount(taken.load(ordering: .relaxed))
        let scavenged = ByteCount(takenScavenged.load(ordering: .relaxed))
        books.use(bytes, scavenged: scavenged)
        books.cached -= bytes - scavenged
    }
}
