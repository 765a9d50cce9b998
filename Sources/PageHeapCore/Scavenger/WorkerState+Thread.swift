import CPageHeap
import Synchronization

/// The worker's thread: how it starts, sleeps, is woken and ends.
extension WorkerState {
    // MARK: From other threads

    /// Claims the start of the worker: if one is wanted, there is none, and nobody keeps it from starting. No lock is held.
    ///
    /// - Returns: whether the caller is the one to start it.
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

    /// Whether callers do not release in the worker's stead, or have done so for as long as they were to.
    private func mayStart(_ system: some OperatingSystem) -> Bool {
        switch CallerRelease(rawValue: callerRelease.load(ordering: .relaxed)) ?? .no {
        case .no: true
        case .forATime: system.coarseNanoseconds() >= retryTime.load(ordering: .relaxed)
        case .forGood: false
        }
    }

    /// Starts a thread that the C library knows. No lock is held, because making such a thread may allocate.
    ///
    /// - Returns: whether there was one to be had.
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

    /// Notes what became of a start that was claimed.
    ///
    /// After a refusal callers release, and the next attempt is put off: each time twice as long.
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

    /// Has callers release until a time, unless they do for good.
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

    /// Asks the worker to look, and wakes it.
    func wake(_ system: some OperatingSystem) {
        raise()
        withUnsafePointer(to: signal) { system.wake($0) }
    }

    /// Ends the worker, and waits until it has ended. No new one will start. No lock is held.
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

    /// Ends the worker, and keeps a new one from starting until ``endHoldOff()``. No lock is held.
    ///
    /// - Parameter join: waits until its thread is gone.
    func holdOff(_ system: some OperatingSystem, join: () -> Void) {
        // Not for ever, as below: the calling thread may be in a signal handler, and have been at it itself.
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

    /// - Parameter delay: nanoseconds for which no worker starts all the same; callers release meanwhile.
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
            // It was cut short: there may be more to give.
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

    /// Makes the calling thread do the worker's work for a moment.
    ///
    /// - Returns: false if another thread does.
    func beginTurn() -> Bool { !isTurnTaken.exchange(true, ordering: .acquiring) }

    func endTurn() { isTurnTaken.store(false, ordering: .releasing) }

    // MARK: On the worker's thread

    /// Makes the calling thread the worker's. A second one is a fatal error.
    ///
    /// - Parameter owner: what it works for, to name it.
    func begin(for owner: UnsafeRawPointer) {
        let (isFirst, _) = thread.compareExchange(
            expected: 0, desired: ThreadSlot.identity, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !isFirst { fatal("a worker of the scavenger was started twice: for", UInt(bitPattern: owner)) }
        // A caller may be at it: for a tenth of a millisecond.
        while !beginTurn() { pauseProcessor() }
    }

    /// Sleeps while the signal is what was seen; without end if the time is negative.
    ///
    /// - Returns: whether the time is up.
    @discardableResult
    func sleep(
        _ nanoseconds: Int64, _ clock: inout WorkerClock, unlessSignalled seen: UInt32,
        _ system: some OperatingSystem
    ) -> Bool {
        invariant(
            thread.load(ordering: .relaxed) == ThreadSlot.identity,
            "another thread works as the scavenger's worker")
        let isOver = withUnsafePointer(to: signal) { system.wait($0, while: seen, nanoseconds: nanoseconds) }
        wakeUps.wrappingAdd(1, ordering: .relaxed)
        _ = clock.advance(to: system.monotonicNanoseconds(), atLeast: isOver ? nanoseconds : 0)
        return isOver
    }

    /// Ends the worker unless somebody has asked it to look since a signal was seen.
    ///
    /// - Returns: whether it ends. Then who asks later sees that there is none.
    func endIfUnasked(since seen: UInt32) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        if shouldStop.load(ordering: .relaxed) { return true }
        isParked.store(false, ordering: .relaxed)
        // Sequentially consistent, as is the count of requests: either this sees the request, or the one who made it sees
        // that there is no worker.
        isRunning.store(false, ordering: .sequentiallyConsistent)
        if signal.load(ordering: .sequentiallyConsistent) == seen { return true }
        isRunning.store(true, ordering: .relaxed)
        return false
    }

    /// The worker's end: its last touch of the state, because who waits for it may unmap it.
    func end() {
        endTurn()
        if !shouldStop.load(ordering: .relaxed) { return thread.store(0, ordering: .releasing) }
        thread.store(0, ordering: .releasing)
        let word = withUnsafePointer(to: ended) { UnsafeRawPointer($0) }
        ended.store(1, ordering: .releasing)
        pageheap_futex_wake(word, 1)
    }
}
