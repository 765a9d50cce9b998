extension MallocHeap {
    /// A block, where the thread's cache had none, or the request is large.
    ///
    /// - Returns: nothing where there is no memory.
    @inline(never)
    package func allocateSlowly(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        if bytes > SizeClass.largestBytes.rawValue { return allocateLarge(ByteCount(bytes))?.pointer }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        let slot = ThreadSlot.current
        while true {
            let cache = slot.enter()
            if !cache.isEmptyCache {
                let count = cache.count(sizeClass)
                let block = count > 0 ? cache.removeTop(sizeClass, of: count) : refill(cache, sizeClass)
                slot.leave()
                noteOut(block, sizeClass)
                return UnsafeMutableRawPointer(bitPattern: block)
            }
            slot.leave()
            if !waitForCache(slot) {
                let block = takeOne(sizeClass)
                noteOut(block, sizeClass)
                return UnsafeMutableRawPointer(bitPattern: block)
            }
        }
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
            noteLive(UInt(bitPattern: transferred) &* UInt(blockBytes), out: true)
            cache.grow(sizeClass, blockBytes: blockBytes)
            cache.setCount(sizeClass, UInt32(truncatingIfNeeded: transferred - 1))
            return blocks[transferred - 1]
        }
        let wanted = max(1, capacity / 2)
        let count = central.take(wanted, of: sizeClass, into: blocks)
        if count == 0 { return 0 }
        // For the next time: a stack that is emptied again and again is too small.
        cache.grow(sizeClass, blockBytes: blockBytes)
        noteLive(UInt(bitPattern: count) &* UInt(blockBytes), out: true)
        // The lowest address on top: a sequence of requests gets ascending addresses.
        var low = 0
        var high = count - 1
        while low < high {
            swap(&blocks[low], &blocks[high])
            low += 1
            high -= 1
        }
        cache.setCount(sizeClass, UInt32(truncatingIfNeeded: count - 1))
        return blocks[count - 1]
    }

    /// A block straight from the central lists, for a thread that has no cache.
    private func takeOne(_ sizeClass: SizeClass) -> UInt {
        var block: UInt = 0
        guard central.take(1, of: sizeClass, into: &block) == 1 else { return 0 }
        noteLive(UInt(classes[sizeClass].blockBytes), out: true)
        return block
    }

    /// Gives the thread a cache if it has none, or waits until it has its own back from the scavenger.
    ///
    /// - Returns: false where the thread has to do without: while it gets one, after it gave its own back, and where
    ///   there is no memory for one.
    func waitForCache(_ slot: ThreadSlot) -> Bool {
        switch slot.state {
        case .registering, .exited: return false
        case .registered:
            // Whoever drains the cache holds the registry lock.
            state.pointee.caches.lock.lock()
            state.pointee.caches.lock.unlock()
            return true
        case .new:
            return !state.pointee.refusesCaches && registerThread(slot)
        }
    }

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
        armThreadExit()
        return true
    }
}
