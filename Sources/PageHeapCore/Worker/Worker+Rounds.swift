import Synchronization

extension Worker {
    /// Runs the worker until it ends: demand cycles of all heaps, stretches of release for one heap after another, and
    /// sleep. It ends when it is stopped, or when it has had nothing to do for ``WorkerState/patience``.
    ///
    /// A second thread in here is a fatal error.
    ///
    /// - Parameter user: the layer above the heap, in a ring of one; heaps that share a worker have none.
    package func run(for user: some PageUser) {
        thread.pointee.begin(for: state)
        state.pointee.beginProgress()
        progress.pointee.lastUse = progress.pointee.pace.clock.now
        while true {
            // Read before the checks that follow, the one for the end included: a request that comes later changes the
            // signal, so the worker does not sleep through it.
            let seen = thread.pointee.signal
            if thread.pointee.shouldStop && endIfTold() { break }
            if runRound(seen, user) && endIfUnasked(since: seen) { break }
        }
        thread.pointee.end()
    }

    /// Runs one round: sweeps over the heaps, releases for the first one with memory to give, and sleeps.
    ///
    /// - Parameter seen: the signal as read before.
    /// - Returns: whether nothing is left that would be worth a thread.
    private func runRound(_ seen: UInt32, _ user: some PageUser) -> Bool {
        thread.pointee.checkIsCurrent()
        _ = progress.pointee.pace.clock.advance(to: system.monotonicNanoseconds())
        let sweep = lookAtHeaps(.work, user)
        if sweep.isUseless { return true }
        _ = progress.pointee.account(in: system)
        let mustPace = sweep.mustPace || progress.pointee.hasWorked
        let spent = Double(progress.pointee.takeUnpaced())
        if !mustPace { return waitForWork(sweep, spent, seen) }
        if progress.pointee.pace.asksForProgramTime {
            progress.pointee.pace.note(processTime: system.processProcessorNanoseconds())
        }
        // `spent` includes the ends of cycles, so they are paced as well.
        let time = progress.pointee.pace.sleepTime(after: max(sweep.worked, spent))
        let slept = rest(time.sleep, .pause, user)
        if progress.pointee.pace.endRound(worked: time.worked, slept: slept, processors: system.processors) {
            // The controller has failed; every heap's statistics say so.
            underLock { state.pointee.ring.visitAll { $0.pointee.figures.noteReset() } }
        }
        // The next stretch could exceed the budget, or the bound on the share over any ten seconds.
        let delay = progress.pointee.pace.delay(processors: system.processors)
        if delay > 0 { _ = rest(delay, .overBudget, user) }
        return false
    }

    /// Sleeps until the next cycle of a heap is due or a request arrives; if all heaps are parked, until a request
    /// arrives or the worker's patience is at its end.
    ///
    /// - Returns: whether the patience is at its end.
    private func waitForWork(_ sweep: WorkerSweep, _ spent: Double, _ seen: UInt32) -> Bool {
        guard let due = sweep.due else {
            let isOver = sleep(state.pointee.patience ?? -1, unlessSignalled: seen)
            return isOver && state.pointee.patience != nil
        }
        let start = progress.pointee.pace.clock.now
        _ = sleep(due, unlessSignalled: seen)
        progress.pointee.pace.endIdleRound(
            worked: spent, slept: progress.pointee.pace.clock.now &- start, processors: system.processors)
        return false
    }

    /// Sleeps after work until the time is up, serving the heaps' requests and cycles meanwhile.
    ///
    /// A sleep computed after a long stall would last too long. So news, a request or a new goal, end it: in a ring of
    /// one at once. With many heaps there is always news, and the worker would hardly sleep but for its bound over a
    /// minute or ten seconds; so there they end it only once it has lasted a second.
    ///
    /// - Parameters:
    ///   - nanoseconds: how long to sleep.
    ///   - scope: what may be done meanwhile; over budget, only the time and the end of the worker end the sleep.
    /// - Returns: nanoseconds slept, as measured.
    private func rest(_ nanoseconds: Int64, _ scope: LookScope, _ user: some PageUser) -> Int64 {
        let start = progress.pointee.pace.clock.now
        while true {
            let seen = thread.pointee.signal
            let sweep = lookAtHeaps(scope, user)
            let slept = progress.pointee.pace.clock.now &- start
            let isEnough =
                scope == .pause && sweep.hasNews && (sweep.heaps == 1 || slept >= Tunables.cycleNanoseconds)
            if slept >= nanoseconds || isEnough || thread.pointee.shouldStop { break }
            let left = nanoseconds &- slept
            _ = sleep(sweep.isCut ? left : min(left, sweep.due ?? left), unlessSignalled: seen)
        }
        return progress.pointee.pace.clock.now &- start
    }

    private func sleep(_ nanoseconds: Int64, unlessSignalled seen: UInt32) -> Bool {
        defer { progress.pointee.noteWakeUp() }
        var time = nanoseconds
        if state.pointee.servesControl && !(0...Tunables.controlPollNanoseconds).contains(time) {
            time = Tunables.controlPollNanoseconds
        }
        return thread.pointee.sleep(time, &progress.pointee.pace.clock, unlessSignalled: seen, system)
    }

    /// Looks at each heap once, or until enough is done that a sleep is due; the next sweep continues from there.
    private func lookAtHeaps(_ scope: LookScope, _ user: some PageUser) -> WorkerSweep {
        var sweep = WorkerSweep(heaps: underLock { state.pointee.ring.count })
        for place in 0..<sweep.heaps {
            guard let member = underLock({ state.pointee.ring.beginLook() }) else { break }
            look(at: member, scope, &sweep, user)
            if let word = underLock({ state.pointee.ring.endLook() }) { system.wake(word) }
            if sweep.mustPace || progress.pointee.hasWorked {
                sweep.isCut = place + 1 < sweep.heaps
                break
            }
        }
        return sweep
    }
}
