import Synchronization

extension Heap {
    /// Ends a demand cycle: idle caches return their pages, demand is estimated anew, the goal is set, and a new
    /// generation begins if the heap exceeds a goal.
    ///
    /// Called by the worker, or by a caller in its place. Takes the pass lock, and others under it.
    ///
    /// - Parameters:
    ///   - cycle: the demand state; updated.
    ///   - user: the layer above the heap; its idle caches are drained, and a pass over its holes begins unless one is
    ///     under way.
    /// - Returns: whether a further cycle may have work to do even if nothing happens in the meantime.
    package func endCycle(_ cycle: inout DemandCycle, _ user: some PageUser) -> Bool {
        state.pointee.pass.lock()
        var hasMore = user.drainIdle()
        if user.isHolePassOver { user.beginHolePass() }
        for shard in 0..<PageCaches.count {
            pageCaches[shard].pointee.lock.lock()
            let requests = pageCaches[shard].pointee.requests
            pageCaches[shard].pointee.lock.unlock()
            if requests == cycle.seenRequests[shard] {
                flushPageCache(shard)
            } else {
                cycle.seenRequests[shard] = requests
                hasMore = true
            }
        }
        state.pointee.pass.unlock()
        user.passEnded()

        let now = state.pointee.system.monotonicNanoseconds()
        let isUnmet = withLockedPages {
            let ledger = currentLedger()
            let peak = max(ledger.peakDemand, ledger.demand)
            locked.pointee.ledger.beginCycle(demand: ledger.demand)
            cycle.seenDemand = ledger.demand
            cycle.seenLive = LiveBytes.total(liveBytes)
            let demand = cycle.estimator.endCycle(at: now, peak: peak, demand: ledger.demand, risenAt: ledger.rise)
            let goal = RetentionGoal.effective(
                RetentionGoal.forDemand(
                    demand, extraPercent: state.pointee.configuration.retainExtraPercent,
                    physicalPage: state.pointee.machine.physicalPage),
                retained: ledger.retained, physicalPage: state.pointee.machine.physicalPage)
            state.pointee.goals.set(goal)
            return goal != nil || isOverLimitGoal
        }

        if isUnmet { beginGeneration() }
        return hasMore || !cycle.estimator.isSettled || isUnmet && !cycle.foundNothing
    }
}
