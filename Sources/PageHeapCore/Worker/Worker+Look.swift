extension Worker {
    /// Looks at one heap: serves its request, ends its cycle if due, releases memory if it has any to give, and parks
    /// it if nothing is left to do. The caller holds no lock; the heap cannot leave meanwhile.
    func look(at member: Member, _ scope: LookScope, _ sweep: inout WorkerSweep, _ user: some PageUser) {
        if state.pointee.servesControl { serveControl(user) }
        let mayWork = scope == .work
        let heap = member.pointee.heap
        let now = progress.pointee.pace.clock.now
        // Read before anything else: a request that comes later is left for the next look.
        let requests = member.pointee.requests.count
        member.pointee.progress.begin(at: now, heap.configuration)
        let isAsked = member.pointee.progress.serve(requests)
        if isAsked {
            sweep.hasNews = true
            if member.pointee.requests.isParked { heap.endPark(&member.pointee.progress.cycle) }
        }
        if member.pointee.requests.isParked { return }

        let hasCycled = heap.endCycleIfDue(
            &member.pointee.progress.cycle, at: now, user, maySearch: scope != .overBudget)
        if hasCycled {
            member.pointee.progress.noteCycle()
            if heap.hasGoal { sweep.hasNews = true }
        }
        let works = mayWork && !member.pointee.progress.isSpent && !(heap.isMet && user.isHolePassOver)
        if works { release(for: member, &sweep, user) }
        if isAsked || hasCycled || works {
            account(for: member)
            heap.checkLedger()
        }

        if mayWork && member.pointee.progress.takeCycle() && isUseless(member) {
            heap.noteRest()
            sweep.isUseless = true
            return
        }
        // A generation that has just begun may find what an earlier one did not, so the heap is parked only if it was
        // searched in vain or meets its goals.
        let isTried = member.pointee.progress.isSpent || heap.isMet
        if isTried && heap.isIdle(member.pointee.progress.cycle, user) && park(member) { return }
        sweep.note(due: heap.untilCycle(member.pointee.progress.cycle, progress.pointee.pace.clock.now))
    }

    /// Serves a request of another process. What it takes is not charged to the share of CPU time: it was asked for.
    private func serveControl(_ user: some PageUser) {
        if user.serveControl(until: { thread.pointee.shouldStop }) { progress.pointee.skip(in: system) }
    }

    /// Releases memory of a heap for a stretch.
    private func release(for member: Member, _ sweep: inout WorkerSweep, _ user: some PageUser) {
        let run = member.pointee.heap.work(
            progress.pointee.pace.pacer, &member.pointee.progress.cycle, user
        ) {
            thread.pointee.shouldStop || member.pointee.requests.isLeaving
        }
        member.pointee.progress.cycle.note(released: run.released, isExhausted: run.isExhausted)
        member.pointee.progress.isSpent = run.released == 0 && run.isExhausted
        if run.released >= Tunables.scavengeQuantumBytes {
            progress.pointee.lastUse = progress.pointee.pace.clock.now
        }
        sweep.note(run, isPassOver: user.isHolePassOver)
    }

    /// Charges a heap with the thread's CPU time since the last call. Takes the heap lock.
    private func account(for member: Member) {
        let (spent, reading) = progress.pointee.account(in: system)
        member.pointee.progress.used.add(spent, at: progress.pointee.pace.clock.now)
        member.pointee.figures.note(spent: spent, recent: member.pointee.progress.used.used, at: reading)
        if member.pointee.progress.isNew(wakeUp: progress.pointee.wakeUps) { member.pointee.figures.noteWakeUp() }
        member.pointee.heap.publishUnderLock()
    }

    /// Whether the worker has released next to nothing for as long as its patience lasts, and has nothing to wait for.
    /// In a program at work some span is always too recently used to be searched, so the heap would otherwise never be
    /// parked.
    ///
    /// Asked once after each cycle: before its end, the estimate knows nothing of what was freed in it.
    private func isUseless(_ member: Member) -> Bool {
        guard let patience = state.pointee.patience,
            progress.pointee.pace.clock.now &- progress.pointee.lastUse >= patience
        else { return false }
        let cycle = member.pointee.progress.cycle
        return member.pointee.heap.excess < Tunables.workerStartExcess
            || cycle.experts.isSettled && (cycle.foundNothing || member.pointee.heap.isMet)
    }

    /// Marks a heap parked, so that its requests and frees must wake the worker. Takes the heap lock.
    ///
    /// - Returns: false if at least ``Tunables/wakeBytes`` were freed since the last cycle, perhaps by threads that
    ///   missed the mark; then the heap is not parked.
    private func park(_ member: Member) -> Bool {
        thread.pointee.checkIsCurrent()
        member.pointee.requests.park()
        if member.pointee.heap.freed(since: member.pointee.progress.cycle) < Tunables.wakeBytes {
            member.pointee.heap.noteRest()
            return true
        }
        member.pointee.heap.endPark(&member.pointee.progress.cycle)
        return false
    }
}

/// What a look at a heap may do besides serving requests and estimating demand.
enum LookScope {
    /// Release memory, and search for idle caches and holes.
    case work
    /// Only search: the worker pauses after a stretch of work.
    case pause
    /// Neither: the budget of CPU time is used up.
    case overBudget
}

/// The result of one sweep of a worker over its heaps.
struct WorkerSweep {
    /// The number of heaps in the ring when the sweep began.
    let heaps: UInt
    /// Nanoseconds of work that releases took.
    private(set) var worked: Double = 0
    /// Whether something was released, or a pass over holes goes on: the next round must be paced.
    private(set) var mustPace = false
    /// Whether a heap had a request, or a cycle set a goal.
    var hasNews = false
    /// Whether the sweep stopped before it had looked at each heap, because enough was done that a sleep is due.
    var isCut = false
    /// Whether the worker is not worth its thread any more.
    var isUseless = false
    /// Nanoseconds until a heap must be looked at again; nil if all are parked.
    private(set) var due: Int64?

    init(heaps: UInt) { self.heaps = heaps }

    mutating func note(_ run: ScavengeRun, isPassOver: Bool) {
        worked += run.worked
        if run.released > 0 || !isPassOver { mustPace = true }
    }

    mutating func note(due other: Int64) { due = min(due ?? other, other) }
}
