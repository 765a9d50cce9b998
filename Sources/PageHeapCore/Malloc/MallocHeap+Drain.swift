import CPageHeap

extension MallocHeap {
    /// Frees a block that the fast path could not take. Aborts if the address cannot be freed. The caller holds no
    /// lock.
    @inline(never)
    package func freeSlowly(_ address: UInt) {
        if address == 0 { return }
        if isGuarded(address) { return freeGuarded(address) }
        let entry = spans.entry(of: address)
        if entry == .none { stopForeign(address, in: .free) }
        if address & 15 != 0 { WrongUse.stop(.misaligned, address, in: .free) }
        if isSampling { sampleFreed(address) }
        if entry.sizeClass == .notSmall {
            freeLarge(address, entry.span)
            return
        }
        var address = address
        var sizeClass = entry.sizeClass
        noteBack(address, sizeClass)
        if isHardened {
            address = exchangeInQuarantine(address, sizeClass)
            if address == 0 { return }
            sizeClass = spans.entry(of: address).sizeClass
        }
        let slot = ThreadSlot.current
        while true {
            let cache = slot.enter()
            if !cache.isEmptyCache {
                if cache.isTop(address, sizeClass) {
                    slot.leave()
                    stopWrongUse(address, sizeClass, in: .free)
                }
                let isNew = cache.isNew(sizeClass)
                let capacity = cache.settledCapacity(sizeClass, blockBytes: classes[sizeClass].blockBytes)
                // The first block of a class that a thread frees was allocated by another thread. If it were kept here,
                // this thread might allocate it again, next to blocks on the same cache line that other threads write
                // to.
                if !isNew {
                    if cache.count(sizeClass) >= capacity { drainHalf(cache, sizeClass) }
                    _ = cache.push(address, sizeClass)
                    slot.leave()
                    spans.stopIfWrong()
                    return
                }
                slot.leave()
                break
            }
            slot.leave()
            // Not at the first free: it may be the C library's, in a thread that is about to end and whose exit will no
            // longer be reported.
            if slot.state == .new && !slot.countBareFree() { break }
            if !waitForCache(slot) {
                slot.forgetBareFrees()
                break
            }
        }
        give(&address, 1, sizeClass, currentShard)
        spans.stopIfWrong()
    }

    /// Moves the older half of a full stack to the transfer cache, and what finds no room there to the
    /// class's spans. The thread is marked busy with the cache.
    private func drainHalf(_ cache: ThreadCache, _ sizeClass: SizeClass) {
        cache.header.pointee.slowEvents &+= 1
        let half = (cache.count(sizeClass) + 1) / 2
        let shard = currentShard
        let moved = transfer(from: cache, half, sizeClass, to: shard)
        if moved < half { drain(cache, sizeClass, half - moved, shard) }
    }

    /// Returns the lowest blocks of a stack to their spans.
    ///
    /// They leave the stack before they reach the spans: a fork in between may lose a few blocks, but never leaves one
    /// in both places.
    ///
    /// - Parameter shard: the caller's, or any.
    @inline(never)
    private func drain(_ cache: ThreadCache, _ sizeClass: SizeClass, _ count: Int, _ shard: ShardIndex) {
        // A literal equal to ``Tunables/cacheBatchBlocks``: only then does Embedded Swift use the stack.
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: 64) { buffer in
            let batch = buffer.baseAddress.unsafelyUnwrapped
            var left = count
            while left > 0 {
                let some = min(left, Tunables.cacheBatchBlocks)
                TransferCache.copy(cache.blocks(sizeClass), to: batch, some)
                cache.dropLowest(some, sizeClass)
                pageheap_compiler_fence()
                give(batch, some, sizeClass, shard)
                left -= some
            }
        }
    }

    private func give(
        _ blocks: UnsafeMutablePointer<UInt>, _ count: Int, _ sizeClass: SizeClass, _ shard: ShardIndex
    ) {
        noteLive(UInt(bitPattern: count) &* UInt(classes[sizeClass].blockBytes), shard, out: false)
        central.give(blocks, count, of: sizeClass)
    }

    /// Returns the blocks of a cache whose owner does not exist in this process.
    ///
    /// A fork may have copied the cache half changed: while the owner moved blocks within a stack, one may be in it
    /// twice. So a block that is already back in its span is skipped.
    func drainCopied(_ cache: ThreadCache) {
        for number in 1..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            let blocks = cache.blocks(sizeClass)
            for position in 0..<cache.count(sizeClass) {
                guard central.giveIfOut(blocks[position], of: sizeClass) else { continue }
                noteLive(UInt(classes[sizeClass].blockBytes), .first, out: false)
            }
        }
    }

    /// Returns all blocks of a cache to their spans. The caller is its owner, or keeps the owner off it; it may be the
    /// worker, which has no processor of its own.
    func drainWhole(_ cache: ThreadCache) {
        for number in 1..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            let count = cache.count(sizeClass)
            if count > 0 { drain(cache, sizeClass, count, .first) }
        }
        cache.shrink()
    }
}
