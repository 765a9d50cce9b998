import CPageHeap
import Synchronization

extension Heap {
    /// The background worker's whole life: cycles of demand once a second while there is something to give or the
    /// estimate still moves, stretches of release in between, and sleep.
    ///
    /// - Parameter user: what lies above the heap.
    package func runWorker(for user: some PageUser) {
        var pacer = SleepRatioPacer()
        var cycle = DemandCycle(now: state.pointee.system.monotonicNanoseconds())
        var hasMore = true
        while !state.pointee.worker.shouldStop.load(ordering: .relaxed) {
            let seen = state.pointee.worker.signal.load(ordering: .acquiring)
            if !hasMore && (isMet || cycle.foundNothing) && user.isHolePassOver && !user.mayFindMoreHoles {
                park(seen, after: cycle)
                cycle.foundNothing = false
                hasMore = true
            }
            let now = state.pointee.system.monotonicNanoseconds()
            if now &- cycle.lastEnd >= Tunables.cycleNanoseconds {
                cycle.lastEnd = now
                hasMore = endCycle(&cycle, pacer: &pacer, user)
            }
            let run = work(user)
            cycle.note(released: run.released, isExhausted: run.isExhausted)
            noteProcessorTime()
            let worked = SleepRatioPacer.counted(run.worked)
            let untilCycle = max(0, cycle.lastEnd &+ Tunables.cycleNanoseconds &- now)
            if run.released == 0 || run.isExhausted {
                // Nothing to do before the next cycle.
                sleep(untilCycle, unlessSignalled: seen)
            }
            if run.released > 0 {
                let slept = rest(pacer.sleepTime(worked: worked), &cycle, &pacer, &hasMore, user)
                pacer.endRound(worked: worked, slept: slept, processors: state.pointee.system.processorCount)
            }
        }
        // The last touch of the state: who waits for it may unmap it.
        let ended = withUnsafePointer(to: state.pointee.worker.ended) { UnsafeRawPointer($0) }
        state.pointee.worker.ended.store(1, ordering: .releasing)
        pageheap_futex_wake(ended, 1)
    }

    /// Ends the worker, and waits until it has ended. No new one will start. No lock is held.
    package func stopWorker() {
        state.pointee.worker.lock.lock()
        state.pointee.worker.shouldStop.store(true, ordering: .relaxed)
        let isRunning = state.pointee.worker.isRunning.load(ordering: .relaxed)
        state.pointee.worker.lock.unlock()
        guard isRunning else { return }
        wakeWorker()
        while state.pointee.worker.ended.load(ordering: .acquiring) == 0 {
            withUnsafePointer(to: state.pointee.worker.ended) {
                _ = state.pointee.system.wait($0, while: 0, nanoseconds: -1)
            }
        }
    }

    /// One stretch of release.
    private func work(_ user: some PageUser) -> ScavengeRun {
        var before = state.pointee.system.threadProcessorNanoseconds()
        let run = ScavengeRun.perform(
            physicalPage: state.pointee.machine.physicalPage,
            shouldStop: {
                isMet && user.isHolePassOver || state.pointee.worker.shouldStop.load(ordering: .relaxed)
            },
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

    /// Sleeps after work, ending cycles on time meanwhile, until the time is up or a cycle sets a goal.
    ///
    /// - Returns: nanoseconds slept, as measured.
    private func rest(
        _ nanoseconds: Int64, _ cycle: inout DemandCycle, _ pacer: inout SleepRatioPacer, _ hasMore: inout Bool,
        _ user: some PageUser
    ) -> Int64 {
        let start = state.pointee.system.monotonicNanoseconds()
        while !state.pointee.worker.shouldStop.load(ordering: .relaxed) {
            let now = state.pointee.system.monotonicNanoseconds()
            let left = nanoseconds &- (now &- start)
            if left <= 0 { break }
            if now &- cycle.lastEnd >= Tunables.cycleNanoseconds {
                cycle.lastEnd = now
                hasMore = endCycle(&cycle, pacer: &pacer, user)
                // A new goal ends the sleep: one that was asked for after a long stop would last too long.
                if state.pointee.goal.load(ordering: .relaxed) != .max { break }
            }
            let untilCycle = max(1, cycle.lastEnd &+ Tunables.cycleNanoseconds &- now)
            sleep(min(left, untilCycle), unlessSignalled: state.pointee.worker.signal.load(ordering: .acquiring))
        }
        return state.pointee.system.monotonicNanoseconds() &- start
    }

    private func sleep(_ nanoseconds: Int64, unlessSignalled seen: UInt32) {
        withUnsafePointer(to: state.pointee.worker.signal) {
            _ = state.pointee.system.wait($0, while: seen, nanoseconds: max(1, nanoseconds))
        }
    }

    /// Sleeps until somebody has something for the worker; not at all where something was freed since the last cycle,
    /// by somebody who did not see that there was a worker to wake.
    private func park(_ seen: UInt32, after cycle: DemandCycle) {
        locked.pointee.lock.lock()
        state.pointee.worker.freedSinceParked.store(0, ordering: .relaxed)
        // Sequentially consistent, as are the count of live bytes and whoever frees: either this sees what was freed, or
        // the one who freed it sees that the worker is parked.
        state.pointee.worker.isParked.store(true, ordering: .sequentiallyConsistent)
        let freed = cycle.freed(
            demand: currentBooks().demand,
            live: ByteCount(state.pointee.liveBytes.load(ordering: .sequentiallyConsistent)))
        locked.pointee.lock.unlock()
        if freed < Tunables.wakeBytes {
            while state.pointee.worker.signal.load(ordering: .acquiring) == seen
                && !state.pointee.worker.shouldStop.load(ordering: .relaxed)
            {
                withUnsafePointer(to: state.pointee.worker.signal) {
                    _ = state.pointee.system.wait($0, while: seen, nanoseconds: -1)
                }
            }
            state.pointee.worker.wakeUps.wrappingAdd(1, ordering: .relaxed)
        }
        state.pointee.worker.isParked.store(false, ordering: .relaxed)
    }

    private func noteProcessorTime() {
        state.pointee.worker.processorNanoseconds.store(
            UInt64(max(0, state.pointee.system.threadProcessorNanoseconds())), ordering: .relaxed)
        locked.pointee.lock.lock()
        publish()
        locked.pointee.lock.unlock()
    }

    /// Counts freed bytes, and answers whether they are the ones to wake a parked worker for. In the child of a fork,
    /// which has none, they make one wanted. No lock is held.
    func noteFreed(_ bytes: ByteCount) -> Bool {
        let isAbsent = !state.pointee.worker.isRunning.load(ordering: .relaxed)
        guard isAbsent || state.pointee.worker.isParked.load(ordering: .sequentiallyConsistent) else { return false }
        let (_, freed) = state.pointee.worker.freedSinceParked.wrappingAdd(bytes.rawValue, ordering: .relaxed)
        guard freed >= Tunables.wakeBytes.rawValue else { return false }
        if isAbsent { wantWorkerIfWorthwhile() }
        return !isAbsent
    }

    /// Asks for a worker where the heap has grown enough for one.
    func wantWorkerIfWorthwhile() {
        if state.pointee.configuration.runsWorker
            && state.pointee.worker.grownBytes.load(ordering: .relaxed) >= Tunables.workerStartBytes.rawValue
        {
            state.pointee.worker.isWanted.store(true, ordering: .relaxed)
        }
    }

    /// Wakes the worker. No lock is held.
    package func wakeWorker() {
        state.pointee.worker.raise()
        withUnsafePointer(to: state.pointee.worker.signal) { state.pointee.system.wake($0) }
    }

    /// Starts the worker where it is wanted and not there. No lock is held, and the thread's cache is not in use,
    /// because making a thread may allocate.
    ///
    /// - Parameter body: is given the address of the heap's state, on the new thread; calls ``runWorker(for:)``.
    package func startWorkerIfWanted(_ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        guard state.pointee.worker.isWanted.load(ordering: .relaxed) else { return }
        state.pointee.worker.lock.lock()
        let starts =
            !state.pointee.worker.isRunning.load(ordering: .relaxed)
            && !state.pointee.worker.shouldStop.load(ordering: .relaxed)
            && state.pointee.worker.isWanted.load(ordering: .relaxed)
        if starts { state.pointee.worker.isRunning.store(true, ordering: .relaxed) }
        state.pointee.worker.isWanted.store(false, ordering: .relaxed)
        state.pointee.worker.lock.unlock()
        guard starts else { return }
        if startThread(body, UnsafeMutableRawPointer(state)) { return }
        // No thread to be had: without a worker the heap works, and the next growth tries again.
        state.pointee.worker.isRunning.store(false, ordering: .relaxed)
    }

    private func startThread(
        _ body: @convention(c) (UnsafeMutableRawPointer) -> Void, _ argument: UnsafeMutableRawPointer
    ) -> Bool {
        let name: StaticString = "pageheap"
        return name.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard let text = text.baseAddress else { return false }
                return pageheap_start_thread(body, argument, text) == 0
            }
        }
    }
}
