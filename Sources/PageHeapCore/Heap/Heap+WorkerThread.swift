import Synchronization

/// The life of the worker's thread, and what calls of the program do for the scavenger.
extension Heap {
    /// Whether a call of the program has something to do for the scavenger; see ``beginService()``. A hint.
    @inline(__always)
    package var needsCallers: Bool { state.pointee.worker.needsCallers.load(ordering: .relaxed) }

    /// Clears ``needsCallers``, before a call of the program does what the scavenger needs of it.
    package func beginService() { state.pointee.worker.needsCallers.store(false, ordering: .relaxed) }

    /// Ends what ``beginService()`` began. If there is more to do, the next call looks as well.
    package func endService() {
        if wantsWorker || callerRelease != .no { state.pointee.worker.callCallers() }
    }

    /// Whether a worker is wanted and none runs. A hint.
    @inline(__always)
    package var wantsWorker: Bool { state.pointee.worker.isWanted.load(ordering: .relaxed) }

    /// Whether the worker is one that several heaps share.
    var sharesWorker: Bool { state.pointee.sharedWorker != nil }

    /// Takes the request to read the processor quota, if there is one. A thread of the program reads it, because the
    /// worker must open no file: the program's own descriptors would get other numbers. A hint.
    ///
    /// - Returns: whether the caller must read the quota.
    @inline(__always)
    package func takeQuotaRequest() -> Bool {
        state.pointee.worker.wantsQuota.load(ordering: .relaxed)
            && state.pointee.worker.wantsQuota.exchange(false, ordering: .relaxed)
    }

    /// Whether callers release memory in place of the worker, and for how long.
    package var callerRelease: CallerRelease {
        CallerRelease(rawValue: state.pointee.worker.callerRelease.load(ordering: .relaxed)) ?? .no
    }

    /// Starts the worker if one is wanted and none runs. The caller holds no lock and is not working on its thread's
    /// cache, because creating a thread that the C library knows may allocate.
    ///
    /// - Parameter start: creates the thread, which must call ``runWorker(for:)``; returns false if the system refuses
    ///   it.
    @inline(__always)
    package func startWorkerIfWanted(_ start: () -> Bool) {
        if wantsWorker { startWorker(start) }
    }

    @inline(never)
    private func startWorker(_ start: () -> Bool) {
        LockRanks.Pass.assertNoneFromHere()
        guard state.pointee.worker.claimStart(state.pointee.system) else { return }
        state.pointee.worker.noteStart(start(), state.pointee.system)
    }

    /// Ends the worker for good, and waits until it has ended. The caller holds no lock.
    package func stopWorker() { state.pointee.worker.stop(state.pointee.system) }

    /// Ends the worker, and keeps a new one from starting until ``endHoldOff(delay:)``. The caller holds no lock.
    ///
    /// - Parameter join: waits until the worker's thread is gone.
    package func holdOffWorker(join: () -> Void) { state.pointee.worker.holdOff(state.pointee.system, join: join) }

    /// Ends a hold-off, so that a worker may start again.
    ///
    /// - Parameter delay: nanoseconds for which no worker starts yet, and callers release instead; 0 for none.
    package func endHoldOff(delay: Int64) { state.pointee.worker.endHoldOff(delay: delay, state.pointee.system) }

    /// Makes callers release from now on; no worker will start any more. The worker is held off, or has never started.
    package func releaseInCallersForGood() {
        guard state.pointee.configuration.runsWorker else { return }
        state.pointee.worker.callerRelease.store(CallerRelease.forGood.rawValue, ordering: .relaxed)
        state.pointee.worker.callCallers()
    }
}
