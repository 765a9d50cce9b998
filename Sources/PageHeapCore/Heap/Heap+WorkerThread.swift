import Synchronization

/// The worker's thread, and what calls of the program do where there is none.
extension Heap {
    /// Whether a call of the program has something to do for the scavenger: see ``beginService()``. A hint.
    @inline(__always)
    package var needsCallers: Bool { state.pointee.worker.needsCallers.load(ordering: .relaxed) }

    /// A call of the program is about to do what the scavenger needs of it.
    package func beginService() { state.pointee.worker.needsCallers.store(false, ordering: .relaxed) }

    /// It has done so. If there is more to come, the next call looks as well.
    package func endService() {
        if wantsWorker || callerRelease != .no { state.pointee.worker.callCallers() }
    }

    /// Whether there is no worker, and one is wanted. A hint.
    @inline(__always)
    package var wantsWorker: Bool { state.pointee.worker.isWanted.load(ordering: .relaxed) }

    /// Whether the worker is one that several heaps share.
    var sharesWorker: Bool { state.pointee.sharedWorker != nil }

    /// Whether a thread of the program's has to read the process's processor quota anew: the worker must open no file,
    /// because the program's own descriptors would get other numbers. A hint.
    @inline(__always)
    package func takeQuotaRequest() -> Bool {
        state.pointee.worker.wantsQuota.load(ordering: .relaxed)
            && state.pointee.worker.wantsQuota.exchange(false, ordering: .relaxed)
    }

    /// Whether callers release memory in the worker's stead.
    package var callerRelease: CallerRelease {
        CallerRelease(rawValue: state.pointee.worker.callerRelease.load(ordering: .relaxed)) ?? .no
    }

    /// Starts the worker if it is wanted and not there. No lock is held, and the thread's cache is not in use, because
    /// making a thread that the C library knows may allocate.
    ///
    /// - Parameter start: makes the thread, which calls ``runWorker(for:)``; returns whether there was one to be had.
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

    /// Ends the worker for good, and waits until it has ended. No lock is held.
    package func stopWorker() { state.pointee.worker.stop(state.pointee.system) }

    /// Ends the worker, and keeps a new one from starting until ``endHoldOff(delay:)``. No lock is held.
    ///
    /// - Parameter join: waits until its thread is gone.
    package func holdOffWorker(join: () -> Void) { state.pointee.worker.holdOff(state.pointee.system, join: join) }

    /// - Parameter delay: nanoseconds for which callers release in its stead all the same.
    package func endHoldOff(delay: Int64) { state.pointee.worker.endHoldOff(delay: delay, state.pointee.system) }

    /// From now on callers release, and no worker starts any more. The worker is held off.
    package func releaseInCallersForGood() {
        guard state.pointee.configuration.runsWorker else { return }
        state.pointee.worker.callerRelease.store(CallerRelease.forGood.rawValue, ordering: .relaxed)
        state.pointee.worker.callCallers()
    }
}
