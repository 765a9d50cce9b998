import CPageHeap

extension MallocHeap {
    /// Allocates a block that the fast path could not: a large one, or a small one of a class whose stack is empty. The
    /// caller holds no lock.
    ///
    /// - Returns: the block; nil if there is no memory.
    @inline(never)
    package func allocateSlowly(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        if bytes > SizeClass.largestBytes.rawValue {
            let block = allocateLarge(ByteCount(bytes))?.pointer
            if isSampling { sampleNew(UInt(bitPattern: block), bytes) }
            return block
        }
        if isHardened, let block = allocateGuarded(bytes) {
            if isSampling { sampleNew(UInt(bitPattern: block), bytes) }
            return block
        }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        var block = takeSmall(sizeClass)
        if block == 0 {
            // Everything that the heap holds idle is reclaimed before a request fails.
            reclaimIdle()
            block = takeSmall(sizeClass)
        }
        if isHardened && block != 0 { checkIsClear(block, sizeClass) }
        noteOut(block, sizeClass)
        if isSampling { sampleNew(block, bytes) }
        return UnsafeMutableRawPointer(bitPattern: block)
    }

    /// Takes a small block, through the thread cache if the thread can have one; 0 if there is no memory.
    private func takeSmall(_ sizeClass: SizeClass) -> UInt {
        let slot = ThreadSlot.current
        while true {
            let cache = slot.enter()
            if !cache.isEmptyCache {
                var block = cache.pop(sizeClass)
                if block == 0 { block = refill(cache, sizeClass) }
                if isHardened && block != 0 {
                    block = cache.exchange(block, sizeClass, random: nextRandom(slot.slot))
                }
                slot.leave()
                return block
            }
            slot.leave()
            if !waitForCache(slot) { return takeOne(sizeClass) }
        }
    }

    /// Returns to the page allocator everything that the heap holds idle: thread caches, transfer caches, spare spans,
    /// large-block caches and page caches. The caller holds no lock.
    func reclaimIdle() {
        drainOwnCache()
        drainAll()
        heap.flushPageCaches()
        spans.stopIfWrong()
    }

    /// Refills a stack from the transfer cache or the central free list, and takes one block. The thread is marked busy
    /// with the cache.
    ///
    /// - Returns: the block's address; 0 if there is no memory.
    private func refill(_ cache: ThreadCache, _ sizeClass: SizeClass) -> UInt {
        cache.header.pointee.slowEvents &+= 1
        let blocks = cache.blocks(sizeClass)
        let blockBytes = classes[sizeClass].blockBytes
        let capacity = cache.settledCapacity(sizeClass, blockBytes: blockBytes)
        let shard = currentShard
        let most = min(capacity, max(Tunables.cacheBatchBlocks, capacity / 2))
        let transferred = takeTransferred(sizeClass, shard, into: blocks, most: most)
        if transferred > 0 {
            noteLive(UInt(bitPattern: transferred) &* UInt(blockBytes), shard, out: true)
            cache.grow(sizeClass, blockBytes: blockBytes)
            cache.setCount(sizeClass, transferred - 1)
            return blocks[transferred - 1]
        }
        let wanted = min(max(1, capacity / 2), Tunables.cacheBatchBlocks)
        let count = central.take(wanted, of: sizeClass, shard, into: blocks)
        if count == 0 { return 0 }
        // Grown for the next refill: a stack that is emptied again and again is too small.
        cache.grow(sizeClass, blockBytes: blockBytes)
        noteLive(UInt(bitPattern: count) &* UInt(blockBytes), shard, out: true)
        // The lowest address goes on top, so that consecutive requests get ascending addresses.
        var low = 0
        var high = count - 1
        while low < high {
            swap(&blocks[low], &blocks[high])
            low += 1
            high -= 1
        }
        cache.setCount(sizeClass, count - 1)
        return blocks[count - 1]
    }

    /// Takes a block straight from the central free list, for a thread that has no cache; 0 if there is no memory.
    private func takeOne(_ sizeClass: SizeClass) -> UInt {
        var block: UInt = 0
        let shard = currentShard
        guard central.take(1, of: sizeClass, shard, into: &block) == 1 else { return 0 }
        noteLive(UInt(classes[sizeClass].blockBytes), shard, out: true)
        return block
    }

    /// Gives the thread a cache if it has none, or takes its own back if the scavenger has set it aside.
    ///
    /// - Returns: false if the thread must do without: while it is being registered, after it has given its cache back,
    ///   and if there is no memory for one.
    func waitForCache(_ slot: ThreadSlot) -> Bool {
        if slot.state == .new { return !state.pointee.refusesCaches && registerThread(slot) }
        return takeBackCache(slot)
    }

    /// Puts the thread's own cache back into its slot if the scavenger has set it aside. Takes the registry lock.
    ///
    /// - Returns: false if the thread has no cache.
    func takeBackCache(_ slot: ThreadSlot) -> Bool {
        guard slot.state == .registered, let cache = slot.ownCache else { return false }
        state.pointee.caches.lock.lock()
        state.pointee.caches.takeBack(cache)
        state.pointee.caches.lock.unlock()
        return true
    }

    /// Gives the thread a cache, and arranges for its exit to be reported. Takes the registry lock.
    ///
    /// - Returns: false if there is no memory, or the exit cannot be reported.
    private func registerThread(_ slot: ThreadSlot) -> Bool {
        slot.state = .registering
        state.pointee.caches.lock.lock()
        let before = state.pointee.caches.metadataBytes
        let cache = state.pointee.caches.add(slot, using: heap.system)
        if let cache {
            slot.ownCache = cache
            slot.setCache(cache)
            if state.pointee.caches.count > 1 { useShards() }
        }
        let taken = state.pointee.caches.metadataBytes - before
        state.pointee.caches.lock.unlock()
        if taken != 0 { heap.noteMetadata(taken) }
        guard cache != nil else {
            slot.state = .new
            return false
        }
        // The state is set first: what follows may allocate, and then finds the cache.
        slot.state = .registered
        if state.pointee.exitKey == .max || pageheap_arm_thread_exit(state.pointee.exitKey) { return true }
        // The thread's exit would not be reported, and would leave a cache whose slot is gone.
        threadExits()
        return false
    }
}
