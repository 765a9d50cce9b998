import CPageHeap

/// The registry of all threads' caches, and how the caches of sleeping threads are drained.
///
/// The drainer, under the registry lock, sets idle caches *aside*: it puts the empty cache in each owner's slot. Then all
/// running threads pass one barrier. After that an owner either is seen as busy, and is let alone, or will see the empty
/// cache when it comes, cannot be served by it, and on its slow path takes its own back (``takeBack(_:)``). So the drainer
/// may work on what is still aside, one cache at a time, and gives the lock up in between. No atomic read-modify-write on
/// the fast path.
///
/// A barrier that was refused, at whatever time, says nothing of what the owners see: then nothing is drained, ever.
///
/// Lies in memory that does not move, and is right when it is zero. All is guarded by the registry lock.
package struct ThreadCaches: ~Copyable {
    package let lock = FutexLock<LockRanks.Registry>()
    private var pool = FixedPool<ThreadCache.Memory>()
    private var transferPool = FixedPool<TransferBatches>()
    private var arena = MetadataArena()
    private var first: UnsafeMutableRawPointer?
    /// The first of the caches that are aside; the others through their headers.
    private var firstAside: UnsafeMutableRawPointer?
    /// What is known of the barrier.
    package private(set) var barrier = BarrierState.untried

    /// Whether running threads can be made to pass a barrier.
    package enum BarrierState: UInt8, Sendable {
        case untried, works, refused
    }

    package init() {}

    /// Has the first cache lie in memory that is lent, beside the heap's other books.
    mutating func begin(with memory: UnsafeMutableRawPointer, _ bytes: ByteCount) { arena.begin(with: memory, bytes) }

    package var count: Int { pool.liveCount }

    package var metadataBytes: ByteCount { arena.committedBytes }

    /// Whether a cache is the calling thread's.
    private static func isOwn(_ cache: ThreadCache) -> Bool { cache.header.pointee.slot == pageheap_thread_slot() }

    /// A cache for the calling thread, or nil if the system refuses memory.
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

    /// Room for the batches of a class, or nil if the system refuses memory.
    mutating func makeTransfers(
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutablePointer<TransferBatches>? {
        lock.assertHeld()
        return transferPool.allocate(from: &arena, using: system)
    }

    /// Takes an emptied cache off the list, and its memory back.
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

    /// Calls `body` with every cache; it may remove that cache.
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

    /// Sets caches aside: all that hold something, or those whose owners have not filled, drained or changed them since the
    /// last call.
    ///
    /// A thread that has ended without saying so, because its exit hook could not run any more, is found out here: its slot
    /// is never touched.
    ///
    /// - Parameters:
    ///   - regardless: all.
    ///   - reclaim: is given the cache of a thread that is gone; drains and removes it.
    /// - Returns: whether a later call may set aside one that this call did not.
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

    /// Makes all running threads pass a barrier, if a cache is aside. Gives all caches back if that is refused, and never
    /// asks again.
    mutating func passBarrier() {
        lock.assertHeld()
        if firstAside == nil { return }
        if barrier == .untried { barrier = pageheap_membarrier_register() ? .works : .refused }
        if barrier == .works && !pageheap_membarrier() { barrier = .refused }
        if barrier == .works { return }
        while let memory = firstAside { takeBack(ThreadCache(memory)) }
    }

    /// A cache that is aside; nil if none is left.
    ///
    /// - Returns: the cache, and whether its owner is kept off it. If not, the owner is at work.
    func nextAside() -> (cache: ThreadCache, isFree: Bool)? {
        lock.assertHeld()
        guard let memory = firstAside else { return nil }
        let cache = ThreadCache(memory)
        // After the barrier, an owner that is not seen as busy will see the empty cache.
        return (cache, !ThreadSlot(slot: cache.header.pointee.slot).isBusy)
    }

    /// Gives a cache back to its owner, if it is aside.
    mutating func takeBack(_ cache: ThreadCache) {
        lock.assertHeld()
        if unlinkAside(cache) { ThreadSlot(slot: cache.header.pointee.slot).setCache(cache) }
    }

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
        fatal("a cache says that it is aside and is not:", UInt(bitPattern: cache.memory))
    }
}
