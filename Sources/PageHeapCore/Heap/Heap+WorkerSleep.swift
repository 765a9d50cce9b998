import Synchronization

extension Heap {
    /// Sleeps after work, ending due cycles meanwhile. Returns early on a request or when a cycle sets a goal, because
    /// a sleep computed after a long stall would last too long.
    ///
    /// - Parameters:
    ///   - nanoseconds: how long to sleep.
    ///   - seen: the signal as read before the work.
    ///   - mayEndEarly: false if only the time and the end of the worker end the sleep.
    /// - Returns: nanoseconds slept, as measured.
    func rest(
        _ nanoseconds: Int64, _ progress: inout WorkerProgress, _ seen: UInt32, _ user: some PageUser,
        mayEndEarly: Bool = true
    ) -> Int64 {
        let start = progress.pace.clock.now
        while progress.pace.clock.now &- start < nanoseconds {
            let signal = state.pointee.worker.signal.load(ordering: .acquiring)
            if state.pointee.worker.shouldStop.load(ordering: .relaxed) || mayEndEarly && signal != seen { break }
            if endCycleIfDue(&progress.cycle, at: progress.pace.clock.now, user) && mayEndEarly
                && goal != .maximum
            {
                break
            }
            let left = nanoseconds &- (progress.pace.clock.now &- start)
            sleep(
                min(left, untilCycle(progress.cycle.lastEnd, progress.pace.clock.now)), &progress,
                unlessSignalled: signal)
        }
        return progress.pace.clock.now &- start
    }

    /// Nanoseconds until the next demand cycle is due, at least 1. If the owner ends the cycles, the length of a cycle:
    /// a worker that finds nothing more to do after that time is parked, so that frees know to wake it.
    func untilCycle(_ lastEnd: Int64, _ now: Int64) -> Int64 {
        guard state.pointee.configuration.cycles == .demand else { return Tunables.cycleNanoseconds }
        return max(1, lastEnd &+ Tunables.cycleNanoseconds &- now)
    }

    /// Ends a demand cycle if one is due, and asks for the processor quota to be read if that is due too.
    ///
    /// - Returns: whether a cycle ended.
    @discardableResult
    func endCycleIfDue(_ cycle: inout DemandCycle, at now: Int64, _ user: some PageUser) -> Bool {
        guard state.pointee.configuration.cycles == .demand, now &- cycle.lastEnd >= Tunables.cycleNanoseconds
        else { return false }
        cycle.lastEnd = now
        if now &- cycle.lastQuota >= Tunables.quotaNanoseconds {
            cycle.lastQuota = now
            state.pointee.worker.wantsQuota.store(true, ordering: .relaxed)
            state.pointee.worker.callCallers()
        }
        cycle.hasMore = endCycle(&cycle, user)
        return true
    }

    @discardableResult
    func sleep(_ nanoseconds: Int64, _ progress: inout WorkerProgress, unlessSignalled seen: UInt32) -> Bool {
        state.pointee.worker.sleep(
            nanoseconds, &progress.pace.clock, unlessSignalled: seen, state.pointee.system)
    }

    /// Parks the worker: sleeps until a request arrives. Does not sleep if a thread that did not see the worker parked
    /// has freed memory since the last cycle.
    ///
    /// - Returns: false if no request came for so long that the worker ends.
    func park(_ progress: inout WorkerProgress, unlessSignalled seen: UInt32) -> Bool {
        if beginPark(progress.cycle) {
            noteRest()
            let patience = state.pointee.configuration.workerIdleNanoseconds ?? -1
            while state.pointee.worker.signal.load(ordering: .acquiring) == seen
                && !state.pointee.worker.shouldStop.load(ordering: .relaxed)
            {
                if sleep(patience, &progress, unlessSignalled: seen) && patience >= 0
                    && state.pointee.worker.endIfUnasked(since: seen)
                {
                    return false
                }
            }
        }
        endPark(&progress.cycle)
        _ = progress.pace.clock.advance(to: state.pointee.system.monotonicNanoseconds())
        return true
    }

    /// Marks the worker parked, so that frees must wake it. Takes the heap lock.
    ///
    /// - Returns: false if at least ``Tunables/wakeBytes`` were freed since the last cycle, perhaps by threads that
    ///   missed the mark; then the worker must not sleep.
    func beginPark(_ cycle: DemandCycle) -> Bool {
        withHeapLock {
            state.pointee.worker.freedSinceParked.store(0, ordering: .relaxed)
            // Sequentially consistent, as are the count of live bytes and the look at this flag by a thread that frees:
            // either this sees what was freed, or the thread that freed it sees that the worker is parked.
            state.pointee.worker.isParked.store(true, ordering: .sequentiallyConsistent)
            let freed = cycle.freed(demand: currentLedger().demand, live: LiveBytes.total(liveBytes))
            return freed < Tunables.wakeBytes
        }
    }

    /// Marks the worker active again: frees need not wake it.
    func endPark(_ cycle: inout DemandCycle) {
        state.pointee.worker.isParked.store(false, ordering: .relaxed)
        cycle.foundNothing = false
        cycle.hasMore = state.pointee.configuration.cycles == .demand
    }

    /// Asks the worker to look, and wakes it. The caller holds no lock that an allocation waits for, because waking is
    /// a system call.
    package func wakeWorker() {
        guard let shared = state.pointee.sharedWorker else {
            state.pointee.worker.wake(state.pointee.system)
            // The worker may have ended without seeing the request. Sequentially consistent, as in
            // ``WorkerState/endIfUnasked(since:)``.
            if !state.pointee.worker.isRunning.load(ordering: .sequentiallyConsistent) { considerWorker() }
            return
        }
        // This heap's request first: the shared worker, once woken, looks which heap has one.
        state.pointee.worker.raise()
        shared.pointee.wake(state.pointee.system)
    }

    /// Counts freed bytes. If there is no worker, and at least ``Tunables/wakeBytes`` have been counted, checks whether
    /// one is wanted.
    ///
    /// - Parameter holdsHeapLock: whether the caller holds the heap lock; it may hold no other.
    /// - Returns: whether the caller must wake the parked worker.
    func noteFreed(_ bytes: ByteCount, holdsHeapLock: Bool = false) -> Bool {
        let isAbsent = !state.pointee.worker.isRunning.load(ordering: .relaxed)
        guard isAbsent || state.pointee.worker.isParked.load(ordering: .sequentiallyConsistent) else { return false }
        let (_, freed) = state.pointee.worker.freedSinceParked.wrappingAdd(bytes.rawValue, ordering: .relaxed)
        guard freed >= Tunables.wakeBytes.rawValue else { return false }
        if isAbsent { considerWorker(holdsHeapLock: holdsHeapLock) }
        return !isAbsent
    }

    /// Asks for a worker if the heap retains enough beyond its need to be worth a thread. Takes the heap lock, unless
    /// the caller holds it.
    func considerWorker(holdsHeapLock: Bool = false) {
        guard state.pointee.configuration.runsWorker else { return }
        state.pointee.worker.freedSinceParked.store(0, ordering: .relaxed)
        let excess = holdsHeapLock ? excess(of: currentLedger()) : excess
        let resting = state.pointee.worker.restingExcess.load(ordering: .relaxed)
        if excess.rawValue < resting { state.pointee.worker.restingExcess.store(excess.rawValue, ordering: .relaxed) }
        if excess.rawValue >= resting &+ Tunables.workerStartExcess.rawValue {
            state.pointee.worker.want()
        }
    }

    /// Stores what is retained beyond the need when there is nothing more to do: memory that no worker can release.
    func noteRest() { state.pointee.worker.restingExcess.store(excess.rawValue, ordering: .relaxed) }

    /// Bytes retained beyond the heap's need and the extra kept on top of it. The need of a heap that counts live
    /// blocks is their bytes. Takes the heap lock.
    var excess: ByteCount {
        excess(of: withHeapLock { currentLedger() })
    }

    private func excess(of ledger: HeapLedger) -> ByteCount {
        let live = LiveBytes.total(liveBytes)
        let need = state.pointee.configuration.countsLiveBytes ? min(live, ledger.used) : ledger.used
        let kept = RetentionGoal.forDemand(
            need, extraPercent: state.pointee.configuration.retainExtraPercent,
            physicalPage: state.pointee.machine.physicalPage)
        return ledger.retained > kept ? ledger.retained - kept : 0
    }
}
