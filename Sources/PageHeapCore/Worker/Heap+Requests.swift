import Synchronization

/// What threads of the program tell the worker.
extension Heap {
    /// The record of this heap that it shares with its worker.
    var member: UnsafeMutablePointer<RingMember<System>> { withUnsafeMutablePointer(to: &state.pointee.member) { $0 } }

    /// What the heap and its worker tell each other.
    package var requests: UnsafePointer<WorkerRequests> {
        withUnsafePointer(to: state.pointee.member.requests) { $0 }
    }

    var callers: UnsafePointer<CallerService> { withUnsafePointer(to: state.pointee.member.callers) { $0 } }

    /// The worker that looks after this heap: its own, or one that several heaps share.
    package var worker: Worker<System> { state.pointee.member.worker }

    /// Whether the worker is one that several heaps share.
    var sharesWorker: Bool { worker.state != ownWorker }

    private var ownWorker: UnsafeMutablePointer<WorkerState<System>> {
        withUnsafeMutablePointer(to: &state.pointee.ownWorker) { $0 }
    }

    /// Gives a new heap a worker of its own, which begins when it is wanted.
    func startOwnWorker() {
        let configuration = state.pointee.configuration
        let worker = Worker(
            startedIn: ownWorker, state.pointee.system, share: configuration.scavengeShare, pacer: configuration.pacer,
            patience: configuration.workerIdleNanoseconds, servesControl: configuration.servesControl)
        state.pointee.member.start(self, worker: worker)
    }

    /// Resets, in a forked child, what the heap has of its worker.
    func forgetWorker() {
        worker.becomeChild()
        state.pointee.member.becomeChild()
    }

    /// Asks the worker to look, and wakes it. The caller holds no lock that an allocation waits for, because waking is
    /// a system call.
    package func wakeWorker() {
        // This heap's request first: the worker, once woken, looks which heap has one.
        requests.pointee.raise()
        worker.thread.pointee.wake(state.pointee.system)
        // The worker may have ended without seeing the request; see ``Worker/endIfUnasked(since:)``.
        if !requests.pointee.isStillServed { considerWorker() }
    }

    /// Counts freed bytes. If there is no worker, and at least ``Tunables/wakeBytes`` have been counted, checks whether
    /// one is wanted.
    ///
    /// - Parameter holdsHeapLock: whether the caller holds the heap lock; it may hold no other.
    /// - Returns: whether the caller must wake the worker, which has the heap parked.
    func noteFreed(_ bytes: ByteCount, holdsHeapLock: Bool = false) -> Bool {
        let isServed = requests.pointee.isServed
        guard requests.pointee.count(freed: bytes, isServed: isServed) else { return false }
        if !isServed { considerWorker(holdsHeapLock: holdsHeapLock) }
        return isServed
    }

    /// Asks for a worker if the heap retains enough beyond its need to be worth a thread. Takes the heap lock, unless
    /// the caller holds it.
    func considerWorker(holdsHeapLock: Bool = false) {
        guard state.pointee.configuration.runsWorker else { return }
        requests.pointee.forgetFreed()
        let excess = holdsHeapLock ? excess(of: currentLedger()) : excess
        if requests.pointee.isWorthWorker(excess) { askForWorker() }
    }

    /// Has the next call of the program that takes a slow path start a worker, if none looks after the heap then.
    package func askForWorker() { callers.pointee.askForWorker() }

    /// Makes the worker look, whether it is parked or asleep. The caller holds no lock.
    ///
    /// - Parameter isWanted: whether there is enough work to start a worker if none runs.
    func callWorker(isWanted: Bool) {
        if isWanted && state.pointee.configuration.runsWorker && !requests.pointee.isServed { askForWorker() }
        wakeWorker()
    }

    /// Whether the worker looks only if it is called. A hint: the next allocation asks again.
    var isWorkerAway: Bool {
        requests.pointee.isServed
            ? requests.pointee.isParked : state.pointee.configuration.runsWorker && callerRelease == .no
    }

    /// Stores what is retained beyond the need when there is nothing more to do: memory that no worker can release.
    /// Takes the heap lock.
    func noteRest() { requests.pointee.noteRest(excess) }

    /// Bytes retained beyond the heap's need and the extra kept on top of it. The need of a heap that counts live
    /// blocks is their bytes. Takes the heap lock.
    var excess: ByteCount {
        excess(of: withHeapLock { currentLedger() })
    }

    private func excess(of ledger: HeapLedger) -> ByteCount {
        let live = LiveBytes.total(liveBytes)
        let need = state.pointee.configuration.countsLiveBytes ? min(live, ledger.used) : ledger.used
        let kept = RetentionGoal.forDemand(
            need, extraPercent: state.pointee.configuration.extraPercent,
            physicalPage: state.pointee.machine.physicalPage)
        return ledger.retained > kept ? ledger.retained - kept : 0
    }
}
