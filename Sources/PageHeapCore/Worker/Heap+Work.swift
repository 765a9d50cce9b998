import Synchronization

/// What the worker does for one heap in the course of a look; callers in its place do some of it.
extension Heap {
    /// Whether nothing is left to do until a request arrives.
    func isIdle(_ cycle: DemandCycle, _ user: some PageUser) -> Bool {
        !cycle.hasMore && (cycle.foundNothing || isMet) && user.isHolePassOver && !user.mayFindMoreHoles
    }

    /// Whether a cycle or its owner has set the heap a goal.
    var hasGoal: Bool { goal != .maximum }

    /// Runs one stretch of release. Takes the pass lock, and others under it.
    ///
    /// - Parameters:
    ///   - cycle: takes what the release of free pages has cost, and what the search for holes has.
    ///   - shouldStop: called before each quantum; true ends the stretch.
    func work(
        _ pacer: Pacer, _ cycle: inout DemandCycle, _ user: some PageUser, shouldStop: () -> Bool
    ) -> ScavengeRun {
        var before = state.pointee.system.threadProcessorNanoseconds()
        let rate = searchRate
        let run = ScavengeRun.perform(
            physicalPage: state.pointee.machine.physicalPage,
            quantumBytes: pacer.quantum(overage: overage, physicalPage: state.pointee.machine.physicalPage),
            isOneQuantum: pacer.worksOneQuantum,
            shouldStop: { isMet && user.isHolePassOver || shouldStop() },
            hasMore: { !user.isHolePassOver },
            quantum: { bytes in
                // Taken anew for each quantum, so that a fork or a forced release waits for one at most.
                state.pointee.pass.lock()
                var released: ByteCount = 0
                if !isMet { released = search.scavenge(bytes, .background, using: state.pointee.system) }
                let isPriced = released >= bytes
                if !isPriced { released += user.releaseHoles(bytes - released) }
                state.pointee.pass.unlock()
                let after = state.pointee.system.threadProcessorNanoseconds()
                let spent = after &- before
                before = after
                if isPriced {
                    cycle.price.note(released: released, nanoseconds: spent)
                } else {
                    cycle.holePasses.spend(spent, rate: rate)
                    cycle.holePasses.earn(cycle.price.worth(ofHoles: released))
                }
                return (released, spent)
            })
        state.pointee.space.releasedInGeneration.wrappingAdd(run.released.rawValue, ordering: .relaxed)
        return run
    }

    // MARK: Cycles

    /// Nanoseconds until the heap's next cycle is due, at least 1.
    func untilCycle(_ cycle: DemandCycle, _ now: Int64) -> Int64 {
        max(1, cycle.lastEnd &+ configuration.cycleNanoseconds &- now)
    }

    /// Ends a demand cycle if one is due, and asks for the surroundings to be read if that is due too.
    ///
    /// The cycle timer also runs if the heap's owner ends the cycles: a woken heap is not parked again until the timer
    /// is up, so that a program at work wakes the worker about once a cycle, not at each significant free.
    ///
    /// - Parameter maySearch: whether there is CPU time for draining caches and for passes over holes.
    /// - Returns: whether a cycle ended.
    @discardableResult
    func endCycleIfDue(
        _ cycle: inout DemandCycle, at now: Int64, _ user: some PageUser, maySearch: Bool = true
    ) -> Bool {
        guard now &- cycle.lastEnd >= configuration.cycleNanoseconds else { return false }
        cycle.lastEnd = now
        guard state.pointee.configuration.cycles == .demand else {
            cycle.hasMore = false
            return false
        }
        callers.pointee.askForReading(at: system.coarseNanoseconds())
        cycle.hasMore = endCycle(&cycle, user, maySearch: maySearch)
        return true
    }

    // MARK: Parking

    /// Bytes freed since the last cycle. Takes the heap lock.
    ///
    /// Asked after the heap was marked parked. The mark, the count of live bytes and the look at the mark by a thread
    /// that frees are sequentially consistent, and demand changes under the heap lock: either this counts what was
    /// freed, or the thread that freed it sees that the heap is parked.
    func freed(since cycle: DemandCycle) -> ByteCount {
        withHeapLock { cycle.freed(demand: currentLedger().demand, live: LiveBytes.total(liveBytes)) }
    }

    /// Marks the heap active again, until a cycle has passed at least: frees need not wake the worker.
    func endPark(_ cycle: inout DemandCycle) {
        requests.pointee.endPark()
        cycle.foundNothing = false
        cycle.hasMore = true
    }
}
