import Synchronization

extension SharedScavenger {
    /// Runs the worker of the shared heaps until it is stopped: demand cycles of all heaps, stretches of release for
    /// one heap after another, and sleep.
    ///
    /// A second worker of the same scavenger is a fatal error.
    package func run() {
        worker.pointee.begin(for: UnsafeRawPointer(state))
        var progress = SharedProgress(
            WorkerPace(
                state.pointee.pacer, share: state.pointee.share, reading: system.monotonicNanoseconds(),
                processorTime: system.threadProcessorNanoseconds()))
        while true {
            // Read before the checks that follow, the one for the end included: a request that comes later changes the
            // signal, so the worker does not sleep through it.
            let seen = worker.pointee.signal.load(ordering: .acquiring)
            if worker.pointee.shouldStop.load(ordering: .relaxed) { break }
            runRound(&progress, seen)
        }
        worker.pointee.end()
    }

    /// Runs one round: sweeps over the heaps, releases for the first one with memory to give, and sleeps.
    private func runRound(_ progress: inout SharedProgress, _ seen: UInt32) {
        _ = progress.pace.clock.advance(to: system.monotonicNanoseconds())
        let look = lookAtHeaps(&progress, mayWork: true)
        _ = progress.account(in: system)
        let hasWorked = progress.hasWorked
        let spent = Double(progress.takeUnpaced())
        if look.released == 0 && !hasWorked {
            // Nothing to do before the next cycle of a heap, if any.
            let start = progress.pace.clock.now
            worker.pointee.sleep(look.sleep, &progress.pace.clock, unlessSignalled: seen, system)
            progress.pace.endIdleRound(
                worked: spent, slept: progress.pace.clock.now &- start, processors: system.processors)
        } else {
            let time = progress.pace.sleepTime(after: max(look.worked, spent))
            let slept = rest(time.sleep, &progress, mayEndEarly: true)
            if progress.pace.endRound(worked: time.worked, slept: slept, processors: system.processors) {
                noteReset()
            }
            let delay = progress.pace.delay(processors: system.processors)
            if delay > 0 { _ = rest(delay, &progress, mayEndEarly: false) }
        }
    }

    /// Sleeps after work until the time is up, serving the heaps' requests and cycles meanwhile.
    ///
    /// - Parameters:
    ///   - nanoseconds: how long to sleep.
    ///   - mayEndEarly: whether requests and new goals end the sleep once it has lasted a cycle, because a sleep
    ///     computed after a long stall would last too long. They do not end a shorter one: with many heaps there is
    ///     always news.
    /// - Returns: nanoseconds slept, as measured.
    private func rest(_ nanoseconds: Int64, _ progress: inout SharedProgress, mayEndEarly: Bool) -> Int64 {
        let start = progress.pace.clock.now
        while true {
            let seen = worker.pointee.signal.load(ordering: .acquiring)
            let look = lookAtHeaps(&progress, mayWork: false)
            let slept = progress.pace.clock.now &- start
            let isEnough = mayEndEarly && look.hasNews && slept >= Tunables.cycleNanoseconds
            if slept >= nanoseconds || isEnough || worker.pointee.shouldStop.load(ordering: .relaxed) { break }
            let left = nanoseconds &- slept
            worker.pointee.sleep(
                look.isCut ? left : min(left, look.due ?? left), &progress.pace.clock, unlessSignalled: seen, system)
        }
        return progress.pace.clock.now &- start
    }

    /// Looks at each heap once, or until enough is done that a sleep is due; the next sweep continues from there.
    private func lookAtHeaps(_ progress: inout SharedProgress, mayWork: Bool) -> SharedLook {
        var look = SharedLook()
        for _ in 0..<count {
            guard let member = beginTurn() else { break }
            self.look(at: member, &progress, mayWork: mayWork, &look)
            endTurn()
            look.isCut = look.released > 0 || progress.hasWorked
            if look.isCut { break }
        }
        return look
    }

    /// Looks at one heap: serves its request, ends its cycle if due, releases memory if it has any to give, and parks
    /// it if nothing is left to do.
    private func look(at member: Member, _ progress: inout SharedProgress, mayWork: Bool, _ look: inout SharedLook) {
        let heap = member.pointee.heap
        // Read before anything else: a request that comes later is left for the next look.
        let signal = heap.worker.pointee.signal.load(ordering: .acquiring)
        let isNew = !member.pointee.isKnown
        let isAsked = isNew || signal != member.pointee.seenSignal
        if isNew { member.pointee.cycle.lastEnd = progress.pace.clock.now }
        if isAsked {
            member.pointee.isKnown = true
            member.pointee.seenSignal = signal
            member.pointee.isSpent = false
            look.hasNews = true
            if isNew || isParked(member) { heap.endPark(&member.pointee.cycle) }
        }
        if isParked(member) { return }

        let hasCycled = heap.endCycleIfDue(&member.pointee.cycle, at: progress.pace.clock.now, NoPageUser())
        if hasCycled {
            member.pointee.isSpent = false
            if heap.goal != .maximum { look.hasNews = true }
        }
        let works = mayWork && !member.pointee.isSpent && !heap.isMet
        if works {
            let run = heap.work(progress.pace.pacer, NoPageUser())
            member.pointee.cycle.note(released: run.released, isExhausted: run.isExhausted)
            member.pointee.isSpent = run.released == 0
            look.note(run)
        }
        if isAsked || hasCycled || works { account(for: member, &progress) }

        // A generation that has just begun may find what an earlier one did not, so the heap is parked only if it was
        // searched in vain or meets its goals.
        let isTried = member.pointee.isSpent || heap.isMet
        if isTried && heap.isIdle(member.pointee.cycle, NoPageUser()) {
            if heap.beginPark(member.pointee.cycle) { return }
            heap.endPark(&member.pointee.cycle)
        }
        look.note(due: heap.untilCycle(member.pointee.cycle.lastEnd, progress.pace.clock.now))
    }

    private func isParked(_ member: Member) -> Bool {
        member.pointee.heap.worker.pointee.isParked.load(ordering: .relaxed)
    }

    /// Charges a heap with the thread's CPU time since the last call.
    private func account(for member: Member, _ progress: inout SharedProgress) {
        let (spent, reading) = progress.account(in: system)
        member.pointee.used.add(spent, at: progress.pace.clock.now)
        let worker = member.pointee.heap.worker
        worker.pointee.wakeUps.wrappingAdd(1, ordering: .relaxed)
        member.pointee.heap.noteWorkerTime(
            total: worker.pointee.processorNanoseconds.load(ordering: .relaxed) &+ UInt64(spent),
            recent: member.pointee.used.used, at: reading)
    }
}
