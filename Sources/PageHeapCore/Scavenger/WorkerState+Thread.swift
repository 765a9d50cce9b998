import CPageHeap
import Synchronization

/// The worker's thread: starting, sleeping, waking and ending.
extension WorkerState {
    // MARK: From other threads

    /// Claims the right to start the worker. True for one caller, if a worker is wanted and none runs, and neither
    /// ``stop(_:)``, a hold-off nor callers that release in its place prevent it. The caller holds no lock.
    func claimStart(_ system: some OperatingSystem) -> Bool {
        lock.lock()
        let starts =
            !isRunning.load(ordering: .relaxed) && !shouldStop.load(ordering: .relaxed)
            && holdOffs.load(ordering: .relaxed) == 0 && isWanted.load(ordering: .relaxed)
            && mayStart(system)
        if starts {
            isStarting.store(true, ordering: .relaxed)
            isRunning.store(true, ordering: .relaxed)
            isWanted.store(false, ordering: .relaxed)
        }
        lock.unlock()
        return starts
    }

    /// Whether callers do not release in place of the worker, or their time for that is over.
    private func mayStart(_ system: some OperatingSystem) -> Bool {
        switch CallerRelease(rawValue: callerRelease.load(ordering: .relaxed)) ?? .no {
        case .no: true
        case .forATime: system.coarseNanoseconds() >= retryTime.load(ordering: .relaxed)
        case .forGood: false
        }
    }

    /// Starts a thread that the C library knows. The caller holds no lock, because that may allocate.
    ///
    /// - Returns: false if the system refuses the thread.
    static func startThread(
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

    /// Notes the outcome of a claimed start.
    ///
    /// After a refusal, callers release in place of the worker, and the next attempt is delayed, each time twice as
    /// long. Threads that wait in ``stop(_:)`` are released.
    func noteStart(_ isThere: Bool, _ system: some OperatingSystem) {
        lock.lock()
        isStarting.store(false, ordering: .relaxed)
        if isThere {
            starts.wrappingAdd(1, ordering: .relaxed)
            failuresInARow.store(0, ordering: .relaxed)
            endCallerRelease()
        } else {
            startFailures.wrappingAdd(1, ordering: .relaxed)
            isRunning.store(false, ordering: .relaxed)
            if shouldStop.load(ordering: .relaxed) {
                ended.store(1, ordering: .releasing)
                withUnsafePointer(to: ended) { system.wake($0) }
            }
            let failures = failuresInARow.wrappingAdd(1, ordering: .relaxed).oldValue
            let delay = Tunables.workerRetryNanoseconds &<< Int64(min(failures, Tunables.workerRetryDoublings))
            releaseInCallers(until: system.coarseNanoseconds() &+ delay)
        }
        lock.unlock()
    }

    /// Makes callers release until a time, unless they do so for good.
    func releaseInCallers(until time: Int64) {
        retryTime.store(time, ordering: .relaxed)
        _ = callerRelease.compareExchange(
            expected: CallerRelease.no.rawValue, desired: CallerRelease.forATime.rawValue, ordering: .relaxed)
        callCallers()
    }

    private func endCallerRelease() {
        _ = callerRelease.compareExchange(
            expected: CallerRelease.forATime.rawValue, desired: CallerRelease.no.rawValue, ordering: .relaxed)
    }

    /// Signals the worker, and wakes it.
    func wake(_ system: some OperatingSystem) {
        raise()
        withUnsafePointer(to: signal) { system.wake($0) }
    }

    /// Ends the worker and waits until it has ended. No new one will start. The caller holds no lock.
    func stop(_ system: some OperatingSystem) {
        lock.lock()
        shouldStop.store(true, ordering: .relaxed)
        let isThere = isRunning.load(ordering: .relaxed)
        lock.unlock()
        guard isThere else { return }
        wake(system)
        while ended.load(ordering: .acquiring) == 0 {
            withUnsafePointer(to: ended) { _ = system.wait($0, while: 0, nanoseconds: -1) }
        }
    }

    /// Ends the worker and keeps a new one from starting until ``endHoldOff(delay:_:)``. The caller holds no lock.
    ///
    /// - Parameter join: waits until the worker's thread is gone.
    func holdOff(_ system: some OperatingSystem, join: () -> Void) {
        // Waits only for a bounded time here and below: the calling thread may be in a signal handler that interrupted
        // its own use of the lock.
        var patience = Tunables.holdOffPauses
        while !lock.tryLock() {
            patience -= 1
            if patience <= 0 { return }
            pauseProcessor()
        }
        holdOffs.wrappingAdd(1, ordering: .relaxed)
        let isThere = isRunning.load(ordering: .relaxed)
        if isThere { shouldStop.store(true, ordering: .relaxed) }
        while isStarting.load(ordering: .relaxed) && patience > 0 {
            patience -= 1
            lock.unlock()
            pauseProcessor()
            lock.lock()
        }
        lock.unlock()
        if isThere { wake(system) }
        join()
    }

    /// Ends a hold-off. If it was the last one and a worker was ended for it, one is wanted again.
    ///
    /// - Parameter delay: nanoseconds for which no worker starts all the same; callers release in that time.
    func endHoldOff(delay: Int64, _ system: some OperatingSystem) {
        var patience = Tunables.holdOffPauses
        while !lock.tryLock() {
            patience -= 1
            if patience <= 0 { return }
            pauseProcessor()
        }
        if holdOffs.load(ordering: .relaxed) > 0, holdOffs.wrappingSubtract(1, ordering: .relaxed).newValue == 0,
            shouldStop.load(ordering: .relaxed)
        {
            // The worker was interrupted: there may be more to release.
            shouldStop.store(false, ordering: .relaxed)
            isRunning.store(false, ordering: .relaxed)
            if delay > 0 {
                releaseInCallers(until: system.coarseNanoseconds() &+ delay)
            } else {
                want()
            }
        }
        lock.unlock()
    }

    // MARK: Callers' turns

    /// Takes the turn: the right to do the worker's work. A caller holds it for a moment.
    ///
    /// - Returns: false if another thread has it.
    func beginTurn() -> Bool { !isTurnTaken.exchange(true, ordering: .acquiring) }

    func endTurn() { isTurnTaken.store(false, ordering: .releasing) }

    // MARK: On the worker's thread

    /// Makes the calling thread the worker's thread. A second one is a fatal error.
    ///
    /// - Parameter owner: the owner of the worker, named in the error.
    func begin(for owner: UnsafeRawPointer) {
        let (isFirst, _) = thread.compareExchange(
            expected: 0, desired: ThreadIdentity.current, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !isFirst { fatal("a worker of the scavenger was started twice: for", UInt(bitPattern: owner)) }
        // A caller may have the turn, for a tenth of a millisecond.
        while !beginTurn() { pauseProcessor() }
    }

    /// Sleeps while ``signal`` has the value `seen`, for at most `nanoseconds`; without limit if that is negative.
    ///
    /// - Returns: whether the time is up.
    @discardableResult
    func sleep(
        _ nanoseconds: Int64, _ clock: inout WorkerClock, unlessSignalled seen: UInt32,
        _ system: some OperatingSystem
    ) -> Bool {
        invariant(
            thread.load(ordering: .relaxed) == ThreadIdentity.current,
            "another thread works as the scavenger's worker")
        let isOver = withUnsafePointer(to: signal) { system.wait($0, while: seen, nanoseconds: nanoseconds) }
        wakeUps.wrappingAdd(1, ordering: .relaxed)
        _ = clock.advance(to: system.monotonicNanoseconds(), atLeast: isOver ? nanoseconds : 0)
        return isOver
    }

    /// Ends the worker unless it was signalled since `seen` was read.
    ///
    /// - Returns: whether it ends. A thread that signals later then sees that there is no worker.
    func endIfUnasked(since seen: UInt32) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        if shouldStop.load(ordering: .relaxed) { return true }
        isParked.store(false, ordering: .relaxed)
        // Sequentially consistent, as is the signal: either this thread sees the signal, or the signalling thread sees
        // that there is no worker.
        isRunning.store(false, ordering: .sequentiallyConsistent)
        if signal.load(ordering: .sequentiallyConsistent) == seen { return true }
        isRunning.store(true, ordering: .relaxed)
        return false
    }

    /// Ends the worker. This is its last access to the state, because a thread waiting in ``stop(_:)`` may unmap it.
    func end() {
        endTurn()
        if !shouldStop.load(ordering: .relaxed) { return thread.store(0, ordering: .releasing) }
        thread.store(0, ordering: .releasing)
        let word = withUnsafePointer(to: ended) { UnsafeRawPointer($0) }
        ended.store(1, ordering: .releasing)
        pageheap_futex_wake(word, 1)
    }
}
