import Synchronization

extension Heap {
    /// Ends a demand cycle: idle caches give their pages back, the need is estimated anew, the goal is set, and where
    /// something is above it a new generation begins.
    ///
    /// Called by the worker only. Takes the pass lock, and under it the others.
    ///
    /// - Parameter user: what lies above the heap; its idle caches are drained, and a pass over its holes begins.
    /// - Returns: whether a further cycle may have something to do, even if nothing happens meanwhile.
    package func endCycle(_ cycle: inout DemandCycle, _ user: some PageUser) -> Bool {
        lockPass()
        var hasMore = user.drainIdle()
        if user.isHolePassOver { user.beginHolePass() }
        for shard in 0..<Tunables.pageCacheShards {
            state.pointee.shards[shard].lock.lock()
            let requests = state.pointee.shards[shard].requests
            state.pointee.shards[shard].lock.unlock()
            if requests == cycle.seenRequests[shard] {
                flushPageCache(shard)
            } else {
                cycle.seenRequests[shard] = requests
                hasMore = true
            }
        }
        unlockPass()
        stopIfWrong()

        let now = state.pointee.system.monotonicNanoseconds()
        locked.lock()
        let books = currentBooks()
        let peak = max(books.peakDemand, books.demand)
        locked.pointee.books.beginCycle(demand: books.demand)
        cycle.seenDemand = books.demand
        cycle.seenLive = LiveBytes.total(liveBytes)
        let demand = cycle.estimator.endCycle(at: now, peak: peak, demand: books.demand, risenAt: books.rise)
        let goal = RetentionGoal.effective(
            RetentionGoal.forDemand(
                demand, extraPercent: state.pointee.configuration.retainExtraPercent,
                physicalPage: state.pointee.machine.physicalPage),
            retained: books.retained, physicalPage: state.pointee.machine.physicalPage)
        state.pointee.goal.store(goal?.rawValue ?? .max, ordering: .relaxed)
        let isUnmet = goal != nil || isOverLimitGoal
        publish()
        locked.unlock()

        if isUnmet { beginGeneration() }
        return hasMore || !cycle.estimator.isSettled || isUnmet && !cycle.foundNothing
    }
}
