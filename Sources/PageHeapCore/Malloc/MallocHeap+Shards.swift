/// Which shard a thread uses, and how shards come to be.
extension MallocHeap {
    /// The shard of the processor that the thread runs on; the first one while only one thread has had a cache, or if
    /// there is no memory for another. The caller holds no lock from the registry's on.
    ///
    /// A hint: the thread may be moved at any moment.
    var currentShard: ShardIndex {
        guard shards.areInUse else { return .first }
        let shard = shards.shard(ofProcessor: heap.system.currentProcessor)
        return shards[shard] != nil ? shard : makeShard(shard)
    }

    /// Has each thread use the shard of its processor from now on; until then all use the first.
    package func useShards() { shards.begin() }

    /// Tests: the number of shards.
    package var shardCount: Int { Int(bitPattern: shards.count) }

    /// Creates a shard, unless the process may use so few processors that its threads are to share another. Takes the
    /// registry lock.
    ///
    /// - Returns: the shard to use: the first if the system refuses memory.
    @inline(never)
    private func makeShard(_ shard: ShardIndex) -> ShardIndex {
        // Threads may be at work in a new shard at once, and this one would pass through its locks.
        if LockPassage.isOpen { return .first }
        if let quota = heap.system.processorQuota { shards.limit(toProcessors: quota) }
        let shard = shards.shard(ofProcessor: UInt32(shard.rawValue))
        let made = makeShared { caches in
            if shards[shard] == nil, let memory = caches.makeShard(using: heap.system) { shards.add(shard, in: memory) }
            return shards[shard]
        }
        return made == nil ? .first : shard
    }

    /// Allocates metadata that lasts as long as the heap; after a refusal, not again for a while. Takes the registry
    /// lock.
    func makeShared<Made>(_ body: (inout ThreadCaches) -> Made?) -> Made? {
        let now = heap.system.coarseNanoseconds()
        guard shards.mayMake(at: now) else { return nil }
        state.pointee.caches.lock.lock()
        let before = state.pointee.caches.metadataBytes
        let made = body(&state.pointee.caches)
        let taken = state.pointee.caches.metadataBytes - before
        state.pointee.caches.lock.unlock()
        if taken != 0 { heap.noteMetadata(taken) }
        if made == nil { shards.noteRefusal(at: now) }
        return made
    }
}
