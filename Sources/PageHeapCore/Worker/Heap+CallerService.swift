/// The life of the worker's thread as the heap's owner sees it, and what calls of the program do for the scavenger.
extension Heap {
    /// Runs the heap's own worker in the calling thread, until it ends; see ``Worker/run(for:)``.
    ///
    /// - Parameter user: the layer above the heap.
    package func runWorker(for user: some PageUser) { worker.run(for: user) }

    /// Whether a call of the program has something to do for the scavenger; see ``beginService()``. A hint.
    @inline(__always)
    package var needsCallers: Bool { callers.pointee.areNeeded }

    /// Clears ``needsCallers``, before a call of the program does what the scavenger needs of it.
    package func beginService() { callers.pointee.begin() }

    /// Ends what ``beginService()`` began. If there is more to do, the next call looks as well.
    package func endService() {
        if wantsWorker || callerRelease != .no || servesControlInCallers { callers.pointee.call() }
    }

    /// Whether requests of other processes are served.
    package var servesControl: Bool { configuration.servesControl }

    /// Whether calls of the program serve requests of other processes, because no worker does.
    package var servesControlInCallers: Bool {
        configuration.servesControl && (!configuration.runsWorker || callerRelease != .no)
    }

    /// Has the worker, or calls of the program, look for requests of other processes from now on, if they are served.
    package func beginControl() {
        guard configuration.servesControl else { return }
        if configuration.runsWorker { askForWorker() }
        callers.pointee.call()
    }

    /// Whether a worker is wanted and none runs. A hint.
    @inline(__always)
    package var wantsWorker: Bool { callers.pointee.wantWorker }

    /// Whether a worker may be started now: not after a refusal, until the time for another attempt. A hint.
    package var mayStartWorker: Bool { callers.pointee.mayStart(system) }

    /// Reads the surroundings if that was asked for. A thread of the program does it, because the worker must open no
    /// file: the program's own descriptors would get other numbers. The caller holds no lock.
    @inline(__always)
    package func readSurroundingsIfWanted() {
        if callers.pointee.takeReadingRequest() { readSurroundings() }
    }

    /// Whether callers release memory in place of the worker, and for how long.
    package var callerRelease: CallerRelease { callers.pointee.release }

    /// Starts the worker if one is wanted and none runs. The caller holds no lock and is not working on its thread's
    /// cache, because creating a thread that the C library knows may allocate.
    ///
    /// - Parameter start: creates the thread, which must call ``Worker/run(for:)``; returns false if the system refuses
    ///   it.
    @inline(__always)
    package func startWorkerIfWanted(_ start: () -> Bool) {
        if wantsWorker { worker.join(member, start: start) }
    }

    /// Has the worker leave the heap for good, and waits until it has. The caller holds no lock, and no other thread
    /// uses the heap.
    package func leaveWorker() {
        if sharesWorker { worker.leave(member) } else { worker.stop() }
    }

    /// Ends the heap's own worker, and keeps a new one from starting until ``endHoldOff(delay:)``. The caller holds no
    /// lock.
    ///
    /// - Parameter join: waits until the worker's thread is gone.
    /// - Returns: whether it is held off; only then `endHoldOff` must follow.
    package func holdOffWorker(join: () -> Void) -> Bool { worker.holdOff(join: join) }

    /// Ends a hold-off that has begun, so that a worker may start again.
    ///
    /// - Parameter delay: nanoseconds for which no worker starts yet, and callers release instead; 0 for none.
    package func endHoldOff(delay: Int64) { worker.endHoldOff(delay: delay) }

    /// Makes callers release from now on; no worker will start any more. The worker is held off, or has never started.
    package func releaseInCallersForGood() {
        guard state.pointee.configuration.runsWorker else { return }
        callers.pointee.releaseForGood()
    }
}
