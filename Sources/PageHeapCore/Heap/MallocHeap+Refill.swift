import CPageHeap

extension MallocHeap {
    /// A block, where the thread's cache had none, or the request is large.
    ///
    /// - Returns: nothing where there is no memory.
    @inline(never)
    package func allocateSlowly(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        if bytes > SizeClass.largestBytes.rawValue { return allocateLarge(ByteCount(bytes))?.pointer }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        var block = takeSmall(sizeClass)
        if block == 0 {
            // All that the heap holds idle is tried before a request is refused.
            reclaimIdle()
            block = takeSmall(sizeClass)
        }
        noteOut(block, sizeClass)
        return UnsafeMutableRawPointer(bitPattern: block)
    }

    /// A block of a class, through the thread's cache or past it; 0 if there is no memory.
    private func takeSmall(_ sizeClass: SizeClass) -> UInt {
        let slot = ThreadSlot.current
        while true {
            let cache = slot.enter()
            if !cache.isEmptyCache {
                let count = cache.count(sizeClass)
                let block = count > 0 ? cache.removeTop(sizeClass, of: count) : refill(cache, sizeClass)
                slot.leave()
                return block
            }
            slot.leave()
            if !waitForCache(slot) { return takeOne(sizeClass) }
        }
    }

    /// Gives back to the page allocator whatever the heap holds in caches, batches, spare spans and lists of freed blocks.
    func reclaimIdle() {
        drainOwnCache()
        _ = drainCaches(regardless: true)
        _ = releaseTransfers(regardless: true)
        _ = central.releaseSpares(regardless: true)
        _ = releaseLargeSpans(regardless: true)
        heap.flushPageCaches()
        heap.stopIfWrong()
    }

    /// Fills a stack half with blocks of its class, and takes one. The thread is busy with the cache.
    ///
    /// - Returns: its address; 0 where there is no memory.
    private func refill(_ cache: ThreadCache, _ sizeClass: SizeClass) -> UInt {
        cache.header.pointee.slowEvents &+= 1
        let blocks = cache.blocks(sizeClass)
        let blockBytes = classes[sizeClass].blockBytes
        let capacity = cache.settledCapacity(sizeClass, blockBytes: blockBytes)
        let transferred = takeTransferred(sizeClass, into: blocks, room: capacity)
        if transferred > 0 {
            noteLive(UInt(bitPattern: transferred) &* UInt(blockBytes), sizeClass, out: true)
            cache.grow(sizeClass, blockBytes: blockBytes)
            pageheap_compiler_fence()  // as in ThreadCache.push
            cache.setCount(sizeClass, UInt32(truncatingIfNeeded: transferred - 1))
            return blocks[transferred - 1]
        }
        let wanted = max(1, capacity / 2)
        let count = central.take(wanted, of: sizeClass, into: blocks)
        if count == 0 { return 0 }
        // For the next time: a stack that is emptied again and again is too small.
        cache.grow(sizeClass, blockBytes: blockBytes)
        noteLive(UInt(bitPattern: count) &* UInt(blockBytes), sizeClass, out: true)
        // The lowest address on top: a sequence of requests gets ascending addresses.
        var low = 0
        var high = count - 1
        while low < high {
            swap(&blocks[low], &blocks[high])
            low += 1
            high -= 1
        }
        pageheap_compiler_fence()  // as in ThreadCache.push
        cache.setCount(sizeClass, UInt32(truncatingIfNeeded: count - 1))
        return blocks[count - 1]
    }

    /// A block straight from the central lists, for a thread that has no cache.
    private func takeOne(_ sizeClass: SizeClass) -> UInt {
        var block: UInt = 0
        guard central.take(1, of: sizeClass, into: &block) == 1 else { return 0 }
        noteLive(UInt(classes[sizeClass].blockBytes), sizeClass, out: true)
        return block
    }

    /// Gives the thread a cache if it has none, or its own back from the scavenger.
    ///
    /// - Returns: false if the thread has to do without: while it gets one, after it gave its own back, and if there is no
    ///   memory for one.
    func waitForCache(_ slot: ThreadSlot) -> Bool {
        if slot.state == .new { return !state.pointee.refusesCaches && registerThread(slot) }
        return takeBackCache(slot)
    }

    /// Gives the thread its own cache back, if the scavenger has set it aside.
    ///
    /// - Returns: false if it has none.
    func takeBackCache(_ slot: ThreadSlot) -> Bool {
        guard slot.state == .registered, let cache = slot.ownCache else { return false }
        state.pointee.caches.lock.lock()
        state.pointee.caches.takeBack(cache)
        state.pointee.caches.lock.unlock()
        return true
    }

    /// Gives the thread a cache, and has its exit reported.
    private func registerThread(_ slot: ThreadSlot) -> Bool {
        slot.state = .registering
        state.pointee.caches.lock.lock()
        let before = state.pointee.caches.metadataBytes
        let cache = state.pointee.caches.add(slot, using: state.pointee.heap.system)
        if let cache {
            slot.ownCache = cache
            slot.setCache(cache)
        }
        let taken = state.pointee.caches.metadataBytes - before
        state.pointee.caches.lock.unlock()
        if taken != 0 { heap.noteMetadata(taken) }
        guard cache != nil else {
            slot.state = .new
            return false
        }
        // First the state: what follows may allocate, and finds a cache.
        slot.state = .registered
        if state.pointee.exitKey == .max || pageheap_arm_thread_exit(state.pointee.exitKey) { return true }
        // Its exit would not be told, and leave a cache whose slot is gone.
        threadExits()
        return false
    }
}
