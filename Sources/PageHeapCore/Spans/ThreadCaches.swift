import CPageHeap

/// The registry of all thread caches, and the draining of those whose threads sleep.
///
/// Under the registry lock, the drainer sets idle caches *aside*: it puts the empty cache into each owner's slot. Then
/// all running threads pass one barrier. From then on an owner is either seen as busy, and its cache left alone, or it
/// will see the empty cache, which cannot serve it, and take its own cache back on its slow path (``takeBack(_:)``). So
/// the drainer may drain the caches that are still aside, one at a time, and release the lock in between. The fast path
/// needs no atomic read-modify-write.
///
/// If a barrier is ever refused, nothing is known of what owners see, and nothing is drained any more.
///
/// Must lie in memory that does not move; valid when zero-initialised. The registry lock guards all of it.
package struct ThreadCaches: ~Copyable {
    package let lock = FutexLock<LockRanks.Registry>()
    private var pool = FixedPool<ThreadCache.Memory>()
    private var transferPool = FixedPool<TransferCache.Words>()
    private var shardPool = FixedPool<CentralShard>()
    private var arena = MetadataArena()
    private var first: UnsafeMutableRawPointer?
    /// The first cache that is aside; the others are linked through their headers.
    private var firstAside: UnsafeMutableRawPointer?
    /// Whether the barrier is known to work.
    package private(set) var barrier = BarrierState.untried

    /// Whether running threads can be made to pass a barrier.
    package enum BarrierState: UInt8, Sendable {
        case untried, works, refused
    }

    package init() {}

    /// Places the first cache in lent memory, beside the heap's other metadata.
    mutating func begin(with memory: UnsafeMutableRawPointer, _ bytes: ByteCount) { arena.begin(with: memory, bytes) }

    package var count: Int { pool.liveCount }

    package var metadataBytes: ByteCount { arena.committedBytes }

    /// Whether a cache belongs to the calling thread.
    private static func isOwn(_ cache: ThreadCache) -> Bool { cache.header.pointee.slot == pageheap_thread_slot() }

    /// Creates a cache for the calling thread. The caller holds the registry lock. `nil` if the system refuses memory.
    mutating func add(
        _ slot: ThreadSlot, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ThreadCache? {
        lock.assertHeld()
        guard let memory = pool.allocate(from: &arena, using: system) else { return nil }
        let cache = ThreadCache(UnsafeMutableRawPointer(memory))
        cache.initialize(slot: slot.slot, caches: count)
        cache.header.pointee.next = first
        if let first { ThreadCache(first).header.pointee.previous = cache.memory }
        first = cache.memory
        return cache
    }

    /// Allocates a shard. The caller holds the registry lock. `nil` if the system refuses memory.
    mutating func makeShard(
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutablePointer<CentralShard>? {
        lock.assertHeld()
        return shardPool.allocate(from: &arena, using: system)
    }

    /// Allocates the memory of a shard's transfer caches. The caller holds the registry lock. `nil` if the system refuses
    /// memory.
    mutating func makeTransfers(
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutablePointer<TransferCache.Words>? {
        lock.assertHeld()
        return transferPool.allocate(from: &arena, using: system)
    }

    /// Removes an emptied cache and frees its memory. The caller holds the registry lock.
    mutating func remove(_ cache: ThreadCache) {
        lock.assertHeld()
        _ = unlinkAside(cache)
        let header = cache.header.pointee
        if let previous = header.previous {
            ThreadCache(previous).header.pointee.next = header.next
        } else {
            first = header.next
        }
        if let next = header.next { ThreadCache(next).header.pointee.previous = header.previous }
        pool.deallocate(cache.memory.assumingMemoryBound(to: ThreadCache.Memory.self))
    }

    /// Calls `body` with every cache, which it may remove. The caller holds the registry lock.
    func visitAll(_ body: (ThreadCache) -> Void) {
        lock.assertHeld()
        var position = first
        while let memory = position {
            let cache = ThreadCache(memory)
            position = cache.header.pointee.next
            body(cache)
        }
    }

    // MARK: Draining

    /// Sets caches aside: all that hold something, or those whose owners have not refilled, drained or changed them
    /// since the last call. The caller holds the registry lock.
    ///
    /// This also finds threads that have ended without notice, because their exit hook could no longer run. Their slots
    /// are never touched.
    ///
    /// - Parameters:
    ///   - regardless: whether to set aside all caches that hold something.
    ///   - reclaim: called with the cache of a thread that is gone; drains and removes it.
    /// - Returns: whether a later call may set aside a cache that this call did not.
    mutating func setAside(regardless: Bool, reclaim: (ThreadCache) -> Void) -> Bool {
        lock.assertHeld()
        if pageheap_keeps_to_plain_calls() { barrier = .refused }
        if barrier == .refused { return false }
        var later = false
        var position = first
        while let memory = position {
            let cache = ThreadCache(memory)
            let header = cache.header
            position = header.pointee.next
            let blocks = cache.totalBlocks
            if blocks == 0 || header.pointee.isAside { continue }
            let isIdle =
                header.pointee.slowEvents == header.pointee.seenSlowEvents && blocks == header.pointee.seenBlocks
            header.pointee.seenSlowEvents = header.pointee.slowEvents
            header.pointee.seenBlocks = blocks
            guard isIdle || regardless else {
                later = true
                continue
            }
            if !Self.isOwn(cache) && !pageheap_thread_lives(header.pointee.threadIdentifier) {
                reclaim(cache)
                continue
            }
            header.pointee.isAside = true
            header.pointee.nextAside = firstAside
            firstAside = memory
            ThreadSlot(slot: header.pointee.slot).setCache(.empty)
        }
        return later
    }

    /// Makes all running threads pass a barrier, if a cache is aside. If the barrier is refused, returns all caches to
    /// their owners, and never tries again. The caller holds the registry lock.
    mutating func passBarrier() {
        lock.assertHeld()
        if firstAside == nil { return }
        if barrier == .untried { barrier = pageheap_membarrier_register() ? .works : .refused }
        if barrier == .works && !pageheap_membarrier() { barrier = .refused }
        if barrier == .works { return }
        while let memory = firstAside { takeBack(ThreadCache(memory)) }
    }

    /// Returns a cache that is aside, and whether its owner is kept off it; if not, the owner is at work. `nil` if no
    /// cache is aside. The caller holds the registry lock.
    func nextAside() -> (cache: ThreadCache, isFree: Bool)? {
        lock.assertHeld()
        guard let memory = firstAside else { return nil }
        let cache = ThreadCache(memory)
        // After the barrier, an owner that is not seen as busy will see the empty cache.
        return (cache, !ThreadSlot(slot: cache.header.pointee.slot).isBusy)
    }

    /// Returns a cache to its owner, if it is aside. The caller holds the registry lock.
    mutating func takeBack(_ cache: ThreadCache) {
        lock.assertHeld()
        if unlinkAside(cache) { ThreadSlot(slot: cache.header.pointee.slot).setCache(cache) }
    }

    /// Removes a cache from the list of those aside.
    ///
    /// - Returns: whether it was aside.
    private mutating func unlinkAside(_ cache: ThreadCache) -> Bool {
        guard cache.header.pointee.isAside else { return false }
        cache.header.pointee.isAside = false
        if firstAside == cache.memory {
            firstAside = cache.header.pointee.nextAside
            return true
        }
        var position = firstAside
        while let memory = position {
            let header = ThreadCache(memory).header
            if header.pointee.nextAside == cache.memory {
                header.pointee.nextAside = cache.header.pointee.nextAside
                return true
            }
            position = header.pointee.nextAside
        }
        fatal("a thread cache is marked as aside, but is not in the list:", UInt(bitPattern: cache.memory))
    }
}
