import CPageHeap
import Synchronization

extension Heap {
    /// The background worker's whole life: cycles of demand once a second while there is something to give or the
    /// estimate still moves, stretches of release in between, and sleep.
    ///
    /// Begins parked, with the request of whoever started it. A second worker of the same heap is a fatal error.
    ///
    /// - Parameter user: what lies above the heap.
    package func runWorker(for user: some PageUser) {
        let (isFirst, _) = state.pointee.worker.thread.compareExchange(
            expected: 0, desired: ThreadSlot.identity, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !isFirst { fatal("the scavenger's worker was started twice for the heap at", UInt(bitPattern: state)) }
        var progress = WorkerProgress(
            state.pointee.configuration, reading: state.pointee.system.monotonicNanoseconds(),
            processorTime: state.pointee.system.threadProcessorNanoseconds())
        // Whoever started the worker has something for it, so this park ends at once. It is not left out where a goal is
        // unmet already: what begins when it ends is a cycle.
        var seen = state.pointee.worker.signal.load(ordering: .acquiring) &- 1
        park(&progress, unlessSignalled: seen)
        while !state.pointee.worker.shouldStop.load(ordering: .relaxed) {
            if !progress.hasMore && isIdle(foundNothing: progress.cycle.foundNothing, user) {
                park(&progress, unlessSignalled: seen)
            }
            // Before anything is looked at, the end among it: a request that comes later is not slept through.
            seen = state.pointee.worker.signal.load(ordering: .acquiring)
            if state.pointee.worker.shouldStop.load(ordering: .relaxed) { break }
            runRound(&progress, seen, user)
        }
        state.pointee.worker.thread.store(0, ordering: .releasing)
        // The last touch of the state: who waits for it may unmap it.
        let ended = withUnsafePointer(to: state.pointee.worker.ended) { UnsafeRawPointer($0) }
        state.pointee.worker.ended.store(1, ordering: .releasing)
        pageheap_futex_wake(ended, 1)
    }

    /// Whether nothing is left to do until somebody has a request.
    private func isIdle(foundNothing: Bool, _ user: some PageUser) -> Bool {
        (foundNothing || isMet) && user.isHolePassOver && !user.mayFindMoreHoles
    }

    /// Ends a cycle if one is due, works for a stretch, and sleeps.
    private func runRound(_ progress: inout WorkerProgress, _ seen: UInt32, _ user: some PageUser) {
        _ = progress.clock.advance(to: state.pointee.system.monotonicNanoseconds())
        endCycleIfDue(&progress, user)
        let run = work(progress.pacer, user)
        progress.cycle.note(released: run.released, isExhausted: run.isExhausted)
        let spent = accountProcessorTime(&progress)
        if run.released == 0 && user.isHolePassOver && Double(spent) < Tunables.minimumWorkNanoseconds {
            // Nothing to do before the next cycle.
            let start = progress.clock.now
            sleep(untilCycle(progress.cycle.lastEnd, progress.clock.now), &progress, unlessSignalled: seen)
            endFirstRound(&progress, worked: Double(spent), slept: progress.clock.now &- start)
        } else {
            // Whatever the cycle's end cost is paced as well.
            let worked = progress.pacer.counted(max(run.worked, Double(spent)))
            progress.hasPaced = true
            let slept = rest(progress.pacer.sleepTime(worked: worked), &progress, seen, user)
            progress.pacer.endRound(worked: worked, slept: slept, processors: state.pointee.system.processorCount)
            if progress.pacer.takeReset() {
                state.pointee.worker.wasReset.store(true, ordering: .relaxed)
                state.pointee.worker.resets.wrappingAdd(1, ordering: .relaxed)
            }
            stayWithinShare(&progress, user)
        }
    }

    /// Tells the pacer of the first round, though it gave nothing: the controller begins with a thousandth, and would
    /// otherwise learn only in the first second of release, for which the heap would wait.
    private func endFirstRound(_ progress: inout WorkerProgress, worked: Double, slept: Int64) {
        guard !progress.hasPaced, case .controller = progress.pacer, slept >= Tunables.cycleNanoseconds / 2 else {
            return
        }
        progress.hasPaced = true
        progress.pacer.endRound(
            worked: progress.pacer.counted(worked), slept: slept, processors: state.pointee.system.processorCount)
    }

    /// One stretch of release.
    private func work(_ pacer: Pacer, _ user: some PageUser) -> ScavengeRun {
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
                // For each quantum anew, so that a fork or a forced release waits for one at most.
                lockPass()
                var released: ByteCount = 0
                if !isMet { released = search.scavenge(bytes, .background, using: state.pointee.system) }
                if released < bytes { released += user.releaseHoles(bytes - released) }
                unlockPass()
                let after = state.pointee.system.threadProcessorNanoseconds()
                defer { before = after }
                return (released, after &- before)
            })
        state.pointee.space.releasedInGeneration.wrappingAdd(run.released.rawValue, ordering: .relaxed)
        return run
    }

    /// Takes the thread's CPU time into the figures, and answers what was used since the last time.
    private func accountProcessorTime(_ progress: inout WorkerProgress) -> Int64 {
        let total = state.pointee.system.threadProcessorNanoseconds()
        let spent = max(0, total &- progress.seenProcessorTime)
        progress.seenProcessorTime = total
        let reading = state.pointee.system.monotonicNanoseconds()
        _ = progress.clock.advance(to: reading)
        progress.share.add(spent, at: progress.clock.now)
        state.pointee.worker.processorNanoseconds.store(UInt64(max(0, total)), ordering: .relaxed)
        state.pointee.worker.recentNanoseconds.store(UInt64(progress.share.used), ordering: .relaxed)
        state.pointee.worker.recentEnd.store(reading, ordering: .relaxed)
        locked.lock()
        locked.pointee.longestUsualHold = locked.pointee.holds.ordinary.bound(thousandths: 999)
        publish()
        locked.unlock()
        return spent
    }

    /// Sleeps longer where the next stretch could pass the bound on the share of any ten seconds.
    private func stayWithinShare(_ progress: inout WorkerProgress, _ user: some PageUser) {
        guard case .controller = progress.pacer else { return }
        let machine = Double(ShareWindow.nanoseconds) * Double(state.pointee.system.processorCount)
        let bound = machine * state.pointee.configuration.scavengeShare * Tunables.shareTolerance
        let delay = progress.share.delay(
            until: Int64(max(0, min(bound, 9e18) - 2 * Tunables.minimumWorkNanoseconds)), at: progress.clock.now)
        if delay > 0 {
            _ = rest(delay, &progress, state.pointee.worker.signal.load(ordering: .acquiring), user, mayEndEarly: false)
        }
    }
}
