import Synchronization

extension Heap {
    /// Runs the background worker until it ends: demand cycles once a second while there is memory to release or the
    /// estimate still moves, stretches of release in between, and sleep. The worker ends if it has had nothing to do
    /// for ``HeapConfiguration/workerIdleNanoseconds``, or when it is stopped.
    ///
    /// It begins parked, with the request of the thread that started it pending. A second worker of the same heap is a
    /// fatal error.
    ///
    /// - Parameter user: the layer above the heap.
    package func runWorker(for user: some PageUser) {
        state.pointee.worker.begin(for: UnsafeRawPointer(state))
        var progress = takeProgress()
        progress.lastUse = progress.pace.clock.now
        // The thread that started the worker has work for it, so this park ends at once. It is needed even if a goal is
        // unmet already, because a cycle begins when a park ends.
        var seen = state.pointee.worker.signal.load(ordering: .acquiring) &- 1
        var isWanted = park(&progress, unlessSignalled: seen)
        while isWanted && !state.pointee.worker.shouldStop.load(ordering: .relaxed) {
            if isIdle(progress.cycle, user) {
                isWanted = park(&progress, unlessSignalled: seen)
                if !isWanted { break }
            }
            // Read before the checks that follow, the one for the end included: a request that comes later changes the
            // signal, so the worker does not sleep through it.
            seen = state.pointee.worker.signal.load(ordering: .acquiring)
            if state.pointee.worker.shouldStop.load(ordering: .relaxed) { break }
            runRound(&progress, seen, user)
            checkLedger()
            if isUseless(progress) {
                noteRest()
                if state.pointee.worker.endIfUnasked(since: seen) { break }
            }
        }
        keep(progress)
        state.pointee.worker.end()
    }

    /// Whether nothing is left to do until a request arrives.
    func isIdle(_ cycle: DemandCycle, _ user: some PageUser) -> Bool {
        !cycle.hasMore && (cycle.foundNothing || isMet) && user.isHolePassOver && !user.mayFindMoreHoles
    }

    /// Whether the worker has released next to nothing for a while and has nothing to wait for. In a program at work
    /// some span is always too recently used to be searched, so the worker would otherwise never be idle.
    private func isUseless(_ progress: WorkerProgress) -> Bool {
        guard let patience = state.pointee.configuration.workerIdleNanoseconds,
            progress.pace.clock.now &- progress.lastUse >= patience
        else { return false }
        return excess < Tunables.workerStartExcess
            || progress.cycle.estimator.isSettled && (progress.cycle.foundNothing || isMet)
    }

    /// Runs one round: ends a cycle if one is due, releases for a stretch, and sleeps.
    private func runRound(_ progress: inout WorkerProgress, _ seen: UInt32, _ user: some PageUser) {
        _ = progress.pace.clock.advance(to: state.pointee.system.monotonicNanoseconds())
        endCycleIfDue(&progress.cycle, at: progress.pace.clock.now, user)
        let run = work(progress.pace.pacer, user)
        progress.cycle.note(released: run.released, isExhausted: run.isExhausted)
        if run.released >= Tunables.scavengeQuantumBytes { progress.lastUse = progress.pace.clock.now }
        let spent = accountProcessorTime(&progress.pace)
        if run.released == 0 && user.isHolePassOver && Double(spent) < Tunables.minimumWorkNanoseconds {
            // Nothing to do before the next cycle.
            let start = progress.pace.clock.now
            sleep(untilCycle(progress.cycle.lastEnd, start), &progress, unlessSignalled: seen)
            progress.pace.endIdleRound(
                worked: Double(spent), slept: progress.pace.clock.now &- start,
                processors: state.pointee.system.processors)
        } else {
            // `spent` includes the end of the cycle, so that is paced as well.
            let time = progress.pace.sleepTime(after: max(run.worked, Double(spent)))
            let slept = rest(time.sleep, &progress, seen, user)
            if progress.pace.endRound(
                worked: time.worked, slept: slept, processors: state.pointee.system.processors)
            {
                noteReset()
            }
            stayWithinShare(&progress, user)
        }
    }

    /// Counts a failure of the pacer's controller, and flags it for the trace.
    func noteReset() {
        state.pointee.worker.wasReset.store(true, ordering: .relaxed)
        state.pointee.worker.resets.wrappingAdd(1, ordering: .relaxed)
    }

    /// Runs one stretch of release. Takes the pass lock, and others under it.
    func work(_ pacer: Pacer, _ user: some PageUser) -> ScavengeRun {
        var before = state.pointee.system.threadProcessorNanoseconds()
        let run = ScavengeRun.perform(
            physicalPage: state.pointee.machine.physicalPage,
            quantumBytes: pacer.quantum(overage: overage, physicalPage: state.pointee.machine.physicalPage),
            isOneQuantum: pacer.worksOneQuantum,
            shouldStop: {
                isMet && user.isHolePassOver || state.pointee.worker.shouldStop.load(ordering: .relaxed)
            },
            hasMore: { !user.isHolePassOver },
            quantum: { bytes in
                // Taken anew for each quantum, so that a fork or a forced release waits for one at most.
                state.pointee.pass.lock()
                var released: ByteCount = 0
                if !isMet { released = search.scavenge(bytes, .background, using: state.pointee.system) }
                if released < bytes { released += user.releaseHoles(bytes - released) }
                state.pointee.pass.unlock()
                let after = state.pointee.system.threadProcessorNanoseconds()
                defer { before = after }
                return (released, after &- before)
            })
        state.pointee.space.releasedInGeneration.wrappingAdd(run.released.rawValue, ordering: .relaxed)
        return run
    }

    /// Accounts the thread's CPU time since the last call.
    ///
    /// - Returns: that time, in nanoseconds.
    private func accountProcessorTime(_ pace: inout WorkerPace) -> Int64 {
        let total = state.pointee.system.threadProcessorNanoseconds()
        let reading = state.pointee.system.monotonicNanoseconds()
        let spent = pace.account(processorTime: total, reading: reading)
        noteWorkerTime(
            total: state.pointee.worker.processorNanoseconds.load(ordering: .relaxed) &+ UInt64(max(0, spent)),
            recent: pace.used.used, at: reading)
        return spent
    }

    /// Sets the worker's CPU time in the heap's statistics, and publishes them. Takes the heap lock.
    ///
    /// - Parameters:
    ///   - total: nanoseconds of CPU time spent on this heap so far.
    ///   - recent: nanoseconds of them in the last ten seconds.
    ///   - reading: the system's monotonic clock, in nanoseconds.
    func noteWorkerTime(total: UInt64, recent: Int64, at reading: Int64) {
        state.pointee.worker.processorNanoseconds.store(total, ordering: .relaxed)
        state.pointee.worker.recentNanoseconds.store(UInt64(recent), ordering: .relaxed)
        state.pointee.worker.recentEnd.store(reading, ordering: .relaxed)
        withLockedPages { locked.pointee.longestUsualHold = locked.pointee.holds.ordinary.bound(thousandths: 999) }
    }

    /// Sleeps longer if the next stretch could exceed the bound on the CPU share over any ten seconds.
    private func stayWithinShare(_ progress: inout WorkerProgress, _ user: some PageUser) {
        let delay = progress.pace.delay(processors: state.pointee.system.processors)
        if delay > 0 {
            _ = rest(delay, &progress, state.pointee.worker.signal.load(ordering: .acquiring), user, mayEndEarly: false)
        }
    }
}
