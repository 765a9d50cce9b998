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
    ///     under way. Each only if it has not taken too much time lately (``SearchAllowance``).
    ///   - maySearch: whether there is CPU time for that at all.
    /// - Returns: whether a further cycle may have work to do even if nothing happens in the meantime.
    package func endCycle(_ cycle: inout DemandCycle, _ user: some PageUser, maySearch: Bool = true) -> Bool {
        let now = system.monotonicNanoseconds()
        let isPressed = member.pointee.pressure.isOn(at: now)
        state.pointee.pass.lock()
        // Once for each reading that finds pressure.
        if cycle.isNew(pressure: member.pointee.pressure.count) {
            user.drainAll()
            flushPageCaches()
        }
        if maySearch {
            let rate = searchRate
            if cycle.drains.permits(at: now, rate: rate) { drainIdle(&cycle, user, rate: rate) }
            if user.isHolePassOver && cycle.mayBeginHolePass(at: now, rate: rate) { user.beginHolePass() }
        }
        var hasMore = cycle.mayDrainMore
        for shard in 0..<PageCaches.count {
            pageCaches[shard].pointee.lock.lock()
            let requests = pageCaches[shard].pointee.requests
            pageCaches[shard].pointee.lock.unlock()
            if requests == 0 { continue }
            if requests == cycle.seenRequests[shard] {
                flushPageCache(shard)
            } else {
                cycle.seenRequests[shard] = requests
                hasMore = true
            }
        }
        state.pointee.pass.unlock()
        user.passEnded()

        if !cycle.price.knowsFault {
            let physicalPage = state.pointee.machine.physicalPage
            cycle.price.note(
                faultNanoseconds: system.measureFaultNanoseconds(physicalPage: physicalPage), physicalPage: physicalPage
            )
        }
        let breakEven = breakEven(cycle.price)
        let isUnmet = withLockedPages {
            let ledger = currentLedger()
            let peak = max(ledger.peakDemand, ledger.demand)
            locked.pointee.ledger.beginCycle(demand: ledger.demand)
            cycle.seenDemand = ledger.demand
            let live = LiveBytes.total(liveBytes)
            cycle.seenLive = live
            cycle.noteDrop(to: live)
            let demand = cycle.experts.tick(
                at: now, peak: peak, risenAt: ledger.rise, demand: ledger.demand, breakEven: breakEven)
            let goal = RetentionGoal.effective(
                RetentionGoal.forDemand(
                    isPressed ? ledger.demand : demand,
                    extraPercent: isPressed ? 0 : state.pointee.configuration.extraPercent,
                    physicalPage: state.pointee.machine.physicalPage),
                retained: ledger.retained, physicalPage: state.pointee.machine.physicalPage)
            state.pointee.goals.set(goal)
            return goal != nil || isOverLimitGoal
        }

        if isUnmet { beginGeneration() }
        return hasMore || !cycle.experts.isSettled || isUnmet && !cycle.foundNothing
    }

    /// Drains idle caches, and notes what that took. The caller holds the pass lock.
    private func drainIdle(_ cycle: inout DemandCycle, _ user: some PageUser, rate: Double) {
        let before = system.threadProcessorNanoseconds()
        cycle.mayDrainMore = user.drainIdle()
        cycle.drains.spend(system.threadProcessorNanoseconds() &- before, rate: rate)
    }

    /// The share of one processor's time that searches of one kind may take.
    var searchRate: Double { configuration.scavengeShare * system.processors * Tunables.searchPartOfShare }

    /// The break-even time in seconds at a price, with the memory that the machine offers, or the heap's limit if that is
    /// less.
    package func breakEven(_ price: RetentionPrice) -> Double {
        let machine = system.memoryBytes
        let offered = memoryLimit.map { machine == 0 ? $0 : min($0, machine) } ?? machine
        return price.breakEven(memory: offered, processors: system.processors)
    }
}

/// What is carried from one demand cycle of a heap to the next.
package struct DemandCycle: Sendable {
    var experts = RetentionExperts()
    var price = RetentionPrice()
    /// When the last pass over holes began, in nanoseconds of the system's clock.
    private var lastHolePass: Int64 = .min / 2
    /// When idle caches may be drained again, and when the next pass over holes may begin.
    var drains = SearchAllowance()
    var holePasses = SearchAllowance()
    /// Whether the next drain of idle caches may find something.
    var mayDrainMore = true
    /// When the last cycle ended, in nanoseconds of the worker's clock.
    var lastEnd: Int64
    /// The request count of each page cache when the last cycle ended.
    var seenRequests = InlineArray<16, UInt>(repeating: 0)
    /// Whether the last search found nothing to release.
    var foundNothing = false
    /// Whether a further cycle may have work to do even if nothing happens in the meantime.
    var hasMore = false

    /// Demand, and bytes of live blocks, when the last cycle ended.
    var seenDemand: ByteCount = 0
    var seenLive: ByteCount = 0
    /// The lowest level of live bytes in the last few seconds.
    private var lowLive: ByteCount = 0

    /// The count of readings that found pressure when the last cycle ended.
    private var seenPressure: UInt64 = 0

    package init(now: Int64) { lastEnd = now }

    /// Whether a reading has found pressure since the last call.
    mutating func isNew(pressure count: UInt64) -> Bool {
        defer { seenPressure = count }
        return count > seenPressure
    }

    /// Whether a pass over holes may begin; if so, notes that it does.
    mutating func mayBeginHolePass(at now: Int64, rate: Double) -> Bool {
        guard holePasses.permits(at: now, rate: rate), now &- lastHolePass >= Tunables.holePassNanoseconds else {
            return false
        }
        lastHolePass = now
        return true
    }

    /// Has a drop of live bytes pay for passes over holes, which it may have left. Only what falls below the lowest level of
    /// the last few seconds counts: load that swings from tick to tick promises nothing new.
    mutating func noteDrop(to live: ByteCount) {
        if live < lowLive {
            holePasses.earn(price.worth(ofHoles: lowLive - live))
            lowLive = live
        } else {
            lowLive += ByteCount((live - lowLive).rawValue / Tunables.lowLiveTicks)
        }
    }

    /// Bytes freed since the last cycle: by the drop in demand or by that in live bytes, whichever is larger.
    func freed(demand: ByteCount, live: ByteCount) -> ByteCount {
        max(seenDemand > demand ? seenDemand - demand : 0, seenLive > live ? seenLive - live : 0)
    }

    /// Records the result of a stretch of release. If an exhausted search released nothing, another one is not worth a
    /// cycle until something happens.
    package mutating func note(released: ByteCount, isExhausted: Bool) {
        if released > 0 {
            foundNothing = false
        } else if isExhausted {
            foundNothing = true
        }
    }
}
