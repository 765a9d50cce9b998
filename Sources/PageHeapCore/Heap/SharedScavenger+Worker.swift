import Synchronization

extension SharedScavenger {
    /// The worker's whole life: cycles of demand of all heaps, stretches of release for one after the other, and sleep.
    ///
    /// A second worker of the same scavenger is a fatal error.
    package func run() {
        worker.pointee.begin(for: UnsafeRawPointer(state))
        var progress = SharedProgress(
            WorkerPace(
                state.pointee.pacer, share: state.pointee.share, reading: system.monotonicNanoseconds(),
                processorTime: system.threadProcessorNanoseconds()))
        while true {
            // Before anything is looked at, the end among it: a request that comes later is not slept through.
            let seen = worker.pointee.signal.load(ordering: .acquiring)
            if worker.pointee.shouldStop.load(ordering: .relaxed) { break }
            runRound(&progress, seen)
        }
        worker.pointee.end()
    }

    /// Looks at the heaps, works for the first one that has something to give, and sleeps.
    private func runRound(_ progress: inout SharedProgress, _ seen: UInt32) {
        _ = progress.pace.clock.advance(to: system.monotonicNanoseconds())
        let look = lookAtHeaps(&progress, mayWork: true)
        _ = progress.account(in: system)
        let hasWorked = progress.hasWorked
        let spent = Double(progress.takeUnpaced())
        if look.released == 0 && !hasWorked {
            // Nothing to do before some heap's next cycle, if any.
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

    /// Sleeps after work, looking after the heaps' requests and cycles meanwhile, until the time is up.
    ///
    /// - Parameter mayEndEarly: whether requests and new goals end the sleep once it has lasted a cycle: one that was asked
    ///   for after a long stop would last too long. They end no shorter one, because of many heaps there is always news.
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

    /// Looks at each heap once, or only until so much is done that a sleep is due: the next look goes on from there.
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

    /// Looks at a heap: whether it has a request, whether a cycle is due, whether there is something to give, and whether it
    /// can be parked.
    private func look(at member: Member, _ progress: inout SharedProgress, mayWork: Bool, _ look: inout SharedLook) {
        let heap = member.pointee.heap
        // Before anything is looked at: a request that comes later is one for the next time.
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
            if heap.state.pointee.goal.load(ordering: .relaxed) != .max { look.hasNews = true }
        }
        let works = mayWork && !member.pointee.isSpent && !heap.isMet
        if works {
            let run = heap.work(progress.pace.pacer, NoPageUser())
            member.pointee.cycle.note(released: run.released, isExhausted: run.isExhausted)
            member.pointee.isSpent = run.released == 0
            look.note(run)
        }
        if isAsked || hasCycled || works { account(for: member, &progress) }

        // What an earlier generation did not find, one that has just begun may.
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

    /// Takes the thread's CPU time since the last time into a heap's figures.
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
