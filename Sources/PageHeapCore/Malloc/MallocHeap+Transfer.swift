extension MallocHeap {
    /// Moves the lowest blocks of a stack to a shard's transfer cache. The thread is marked busy with the stack's cache.
    /// Takes the list's lock, and the registry lock if the
    /// shard has no memory for its transfer caches yet.
    ///
    /// The blocks leave the stack under the list's lock, so a fork finds them in one place.
    ///
    /// - Returns: the number of blocks moved: fewer than asked if the transfer cache is full or cannot be made.
    func transfer(from cache: ThreadCache, _ count: Int, _ sizeClass: SizeClass, to shard: ShardIndex) -> Int {
        let list = central.list(sizeClass, shard)
        let transfers = list.transfers
        if !transfers.pointee.isReady && !startTransfers(shard) { return 0 }
        let bytes = UInt(classes[sizeClass].blockBytes)
        let moved = list.withLock {
            let moved = transfers.pointee.put(
                cache.blocks(sizeClass), count, blockBytes: bytes, shards: shards.count)
            if moved > 0 {
                cache.dropLowest(moved, sizeClass)
                shards.holders(sizeClass).pointee.transfers.insert(shard)
            }
            return moved
        }
        if moved > 0 {
            noteLive(UInt(bitPattern: moved) &* bytes, shard, out: false)
            heap.noteGiven(ByteCount(UInt(bitPattern: moved) &* bytes))
        }
        return moved
    }

    /// Takes blocks from the transfer cache of the shard or, if it is empty, of another shard. Takes their locks.
    ///
    /// - Parameter most: the most blocks to take.
    /// - Returns: the number of blocks taken.
    func takeTransferred(
        _ sizeClass: SizeClass, _ shard: ShardIndex, into target: UnsafeMutablePointer<UInt>, most: Int
    ) -> Int {
        let list = central.list(sizeClass, shard)
        var count = 0
        if list.transfers.pointee.count > 0 {
            count = list.withLock { list.transfers.pointee.take(into: target, most: most) }
        }
        if count > 0 || !shards.areInUse { return count }
        let holders = shards.holders(sizeClass)
        holders.pointee.transfers.searchOthers(than: shard) { shard in
            let other = central.list(sizeClass, shard)
            // A thread that is at work there would have to be waited for.
            guard other.state.pointee.lock.tryLock() else { return false }
            count = other.transfers.pointee.take(into: target, most: most)
            if count == 0 { holders.pointee.transfers.remove(shard) }
            other.state.pointee.lock.unlock()
            return count > 0
        }
        return count
    }

    /// Gives the transfer caches of a shard their memory, which they keep. Takes the registry lock, then each list's.
    ///
    /// - Returns: false if the system refuses memory.
    private func startTransfers(_ shard: ShardIndex) -> Bool {
        guard let memory = makeShared({ $0.makeTransfers(using: heap.system) }) else { return false }
        // If another thread was faster, this memory is lost; that can only happen when a shard is first used.
        TransferCache.start(shard, in: memory, shards)
        return true
    }

    /// Returns blocks from the transfer caches to their spans. Takes each list's lock.
    ///
    /// - Parameter regardless: whether to return all blocks, or only those not needed since the last call.
    /// - Returns: whether a later call may return more.
    func releaseTransfers(regardless: Bool) -> Bool {
        var holdsMore = false
        var batch = InlineArray<64, UInt>(repeating: 0)
        withUnsafeMutablePointer(to: &batch) { pointer in
            pointer.withMemoryRebound(to: UInt.self, capacity: Tunables.cacheBatchBlocks) { blocks in
                shards.visitLists { list in
                    let transfers = list.transfers
                    while transfers.pointee.isReady {
                        let count = list.withLock {
                            let count = transfers.pointee.takeIdle(
                                into: blocks, most: Tunables.cacheBatchBlocks, regardless: regardless)
                            if count == 0 && transfers.pointee.count > 0 { holdsMore = true }
                            return count
                        }
                        if count == 0 { break }
                        central.give(blocks, count, of: list.sizeClass)
                    }
                }
            }
        }
        return holdsMore
    }
}
