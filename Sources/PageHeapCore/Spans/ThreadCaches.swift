import CPageHeap

/// The registry of all threads' caches, and how a sleeping thread's cache is drained.
///
/// The drainer, under the registry lock: puts the empty cache in the slot, makes every running thread pass a barrier,
/// and, if the owner is not busy, works on the cache; then puts it back. An owner that comes meanwhile finds the empty
/// cache, cannot be served by it, and waits for the registry lock on its slow path. No atomic read-modify-write on the
/// fast path.
///
/// Lies in memory that does not move.
package struct ThreadCaches: ~Copyable {
    package let lock = FutexLock<LockRanks.Registry>()
    private var pool = FixedPool<ThreadCache.Memory>()
    private var transferPool = FixedPool<TransferBatches>()
    private var arena = MetadataArena()
    private var first: UnsafeMutableRawPointer?
    /// Whether other threads can be made to pass a barrier here; without it, nothing is drained.
    package private(set) var canDrain = false

    package init() {}

    /// Asks the kernel for the barrier. Once, before the first thread registers.
    mutating func prepareToDrain() { canDrain = pageheap_membarrier_register() }

    package var count: Int { pool.liveCount }

    package var metadataBytes: ByteCount { arena.committedBytes }

    /// A cache for the calling thread, or nothing if the system refuses memory. The registry lock is held.
    mutating func add(
        _ slot: ThreadSlot, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ThreadCache? {
        guard let memory = pool.allocate(from: &arena, using: system) else { return nil }
        let cache = ThreadCache(UnsafeMutableRawPointer(memory))
        cache.initialize(slot: slot.slot, caches: count)
        cache.header.pointee.next = first
        if let first { ThreadCache(first).header.pointee.previous = cache.memory }
        first = cache.memory
        return cache
    }

    /// Room for the batches of a class, or nothing if the system refuses memory. The registry lock is held.
    mutating func makeTransfers(
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> UnsafeMutablePointer<TransferBatches>? {
        transferPool.allocate(from: &arena, using: system)
    }

    /// Takes an emptied cache off the list, and its memory back. The registry lock is held.
    mutating func remove(_ cache: ThreadCache) {
        let header = cache.header.pointee
        if let previous = header.previous {
            ThreadCache(previous).header.pointee.next = header.next
        } else {
            first = header.next
        }
        if let next = header.next { ThreadCache(next).header.pointee.previous = header.previous }
        pool.deallocate(cache.memory.assumingMemoryBound(to: ThreadCache.Memory.self))
    }

    /// Calls `body` with every cache; it may remove that cache. The registry lock is held.
    func visitAll(_ body: (ThreadCache) -> Void) {
        var position = first
        while let memory = position {
            let cache = ThreadCache(memory)
            position = cache.header.pointee.next
            body(cache)
        }
    }

    /// Drains the caches of threads that have not filled, drained or changed theirs since the last call. The registry
    /// lock is held; a class's and the heap's are taken by `drain`.
    ///
    /// - Parameter drain: empties a cache.
    /// - Returns: whether a cache holds blocks that a later call may drain.
    func drainIdle(_ drain: (ThreadCache) -> Void) -> Bool {
        guard canDrain else { return false }
        var later = false
        visitAll { cache in
            let header = cache.header
            let blocks = cache.totalBlocks
            if blocks == 0 { return }
            let idle =
                header.pointee.slowEvents == header.pointee.seenSlowEvents && blocks == header.pointee.seenBlocks
            header.pointee.seenSlowEvents = header.pointee.slowEvents
            header.pointee.seenBlocks = blocks
            if !idle || !withDrainable(cache, drain) { later = true }
        }
        return later
    }

    /// Runs `body` on a cache while its owner is kept off it; answers false where the owner is at work. The registry
    /// lock is held.
    private func withDrainable(_ cache: ThreadCache, _ body: (ThreadCache) -> Void) -> Bool {
        let slot = ThreadSlot(slot: cache.header.pointee.slot)
        let isOwn = slot.slot == pageheap_thread_slot()
        if !isOwn {
            slot.setCache(.empty)
            pageheap_membarrier()
        }
        // After the barrier, an owner that is not seen as busy will see the empty cache.
        let isFree = isOwn || !slot.isBusy
        if isFree { body(cache) }
        if !isOwn { slot.setCache(cache) }
        return isFree
    }

    /// Drains every cache whose owner is not at work. The registry lock is held.
    func drainAll(_ drain: (ThreadCache) -> Void) {
        visitAll { cache in
            let isOwn = cache.header.pointee.slot == pageheap_thread_slot()
            if isOwn || canDrain { _ = withDrainable(cache, drain) }
        }
    }
}
