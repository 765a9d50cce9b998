import Synchronization

extension Heap {
    /// Asks for a worker where the heap has grown enough for one.
    func wantWorkerIfWorthwhile() {
        if state.pointee.configuration.runsWorker
            && state.pointee.worker.grownBytes.load(ordering: .relaxed) >= Tunables.workerStartBytes.rawValue
        {
            state.pointee.worker.isWanted.store(true, ordering: .relaxed)
        }
    }

    /// Whether there is no worker, and one is wanted. A hint.
    @inline(__always)
    package var wantsWorker: Bool { state.pointee.worker.isWanted.load(ordering: .relaxed) }

    /// Whether the worker is one that several heaps share.
    var sharesWorker: Bool { state.pointee.sharedWorker != nil }

    /// Starts the worker where it is wanted and not there. No lock is held, and the thread's cache is not in use,
    /// because making a thread may allocate.
    ///
    /// - Parameter body: is given the address of the heap's state, on the new thread; calls ``runWorker(for:)``.
    @inline(__always)
    package func startWorkerIfWanted(_ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        if wantsWorker { startWorker(body) }
    }

    @inline(never)
    private func startWorker(_ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        guard state.pointee.worker.claimStart() else { return }
        if WorkerState.startThread(body, UnsafeMutableRawPointer(state)) { return }
        // Without a worker the heap works, and the next growth tries again.
        state.pointee.worker.noteNotStarted(state.pointee.system)
    }

    /// Ends the worker, and waits until it has ended. No new one will start. No lock is held.
    package func stopWorker() { state.pointee.worker.stop(state.pointee.system) }
}
