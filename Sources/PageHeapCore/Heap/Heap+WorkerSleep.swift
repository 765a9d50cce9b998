import Synchronization

extension Heap {
    /// Sleeps after work, ending cycles on time meanwhile, until the time is up, somebody has a request, or a cycle sets a
    /// goal: a sleep that was asked for after a long stop would last too long.
    ///
    /// - Parameters:
    ///   - seen: the signal before the work.
    ///   - mayEndEarly: false where only the time and the end of the worker count.
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
                && state.pointee.goal.load(ordering: .relaxed) != .max
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

    /// Nanoseconds until the next cycle of demand is due, at least 1. Where there are none, as long as one: who finds
    /// nothing more to do then is parked, so that it is known to need a wake-up.
    func untilCycle(_ lastEnd: Int64, _ now: Int64) -> Int64 {
        guard state.pointee.configuration.cycles == .demand else { return Tunables.cycleNanoseconds }
        return max(1, lastEnd &+ Tunables.cycleNanoseconds &- now)
    }

    /// Ends a cycle of demand if it is time for one.
    ///
    /// - Returns: whether it was.
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

    /// Sleeps until somebody has something for the worker; not at all if something was freed since the last cycle, by
    /// somebody who did not see that there was a worker to wake.
    ///
    /// - Returns: false if nobody had anything for so long that the worker ends.
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

    /// Says that the heap has to ask if it wants to be looked at, and answers whether it may stay so: not where something
    /// was freed since the last cycle, by somebody who did not see that.
    func beginPark(_ cycle: DemandCycle) -> Bool {
        locked.lock()
        defer { locked.unlock() }
        state.pointee.worker.freedSinceParked.store(0, ordering: .relaxed)
        // Sequentially consistent, as are the count of live bytes and whoever frees: either this sees what was freed, or
        // the one who freed it sees that the worker is parked.
        state.pointee.worker.isParked.store(true, ordering: .sequentiallyConsistent)
        let freed = cycle.freed(
            demand: currentBooks().demand,
            live: LiveBytes.total(liveBytes))
        return freed < Tunables.wakeBytes
    }

    /// Says that the heap will be looked at unasked.
    func endPark(_ cycle: inout DemandCycle) {
        state.pointee.worker.isParked.store(false, ordering: .relaxed)
        cycle.foundNothing = false
        cycle.hasMore = state.pointee.configuration.cycles == .demand
    }

    /// Asks the worker to look, and wakes it. No lock is held, except one that no allocation waits for.
    package func wakeWorker() {
        guard let shared = state.pointee.sharedWorker else {
            state.pointee.worker.wake(state.pointee.system)
            // It may have ended meanwhile, and seen no request.
            if !state.pointee.worker.isRunning.load(ordering: .sequentiallyConsistent) { considerWorker() }
            return
        }
        // This heap's request first: who is woken looks which heap has one.
        state.pointee.worker.raise()
        shared.pointee.wake(state.pointee.system)
    }

    /// Counts freed bytes. If there is no worker, and they are enough to look whether one is wanted, looks.
    ///
    /// - Parameter holdsHeapLock: whether the caller holds the heap lock; it may hold no other.
    /// - Returns: whether they are the ones to wake a parked worker for.
    func noteFreed(_ bytes: ByteCount, holdsHeapLock: Bool = false) -> Bool {
        let isAbsent = !state.pointee.worker.isRunning.load(ordering: .relaxed)
        guard isAbsent || state.pointee.worker.isParked.load(ordering: .sequentiallyConsistent) else { return false }
        let (_, freed) = state.pointee.worker.freedSinceParked.wrappingAdd(bytes.rawValue, ordering: .relaxed)
        guard freed >= Tunables.wakeBytes.rawValue else { return false }
        if isAbsent { considerWorker(holdsHeapLock: holdsHeapLock) }
        return !isAbsent
    }

    /// Asks for a worker if the heap retains so much beyond its need that one is worth its while.
    func considerWorker(holdsHeapLock: Bool = false) {
        guard state.pointee.configuration.runsWorker else { return }
        state.pointee.worker.freedSinceParked.store(0, ordering: .relaxed)
        let excess = holdsHeapLock ? excess(of: currentBooks()) : excess
        let resting = state.pointee.worker.restingExcess.load(ordering: .relaxed)
        if excess.rawValue < resting { state.pointee.worker.restingExcess.store(excess.rawValue, ordering: .relaxed) }
        if excess.rawValue >= resting &+ Tunables.workerStartExcess.rawValue {
            state.pointee.worker.want()
        }
    }

    /// Notes what is retained beyond the need when there is nothing more to do.
    func noteRest() { state.pointee.worker.restingExcess.store(excess.rawValue, ordering: .relaxed) }

    /// What the heap retains beyond its need and what is kept on top of it: beyond live blocks, in a heap that knows of
    /// them. Takes the heap lock.
    var excess: ByteCount {
        locked.lock()
        let books = currentBooks()
        locked.unlock()
        return excess(of: books)
    }

    private func excess(of books: HeapBooks) -> ByteCount {
        let live = LiveBytes.total(liveBytes)
        let need = state.pointee.configuration.keepsSpans ? min(live, books.used) : books.used
        let kept = RetentionGoal.forDemand(
            need, extraPercent: state.pointee.configuration.retainExtraPercent,
            physicalPage: state.pointee.machine.physicalPage)
        return books.retained > kept ? books.retained - kept : 0
    }
}
