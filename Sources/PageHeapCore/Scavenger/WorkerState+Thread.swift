import CPageHeap
import Synchronization

/// The worker's thread: how it starts, sleeps, is woken and ends.
extension WorkerState {
    // MARK: From other threads

    /// Answers whether the caller is the one to start the worker: where it is wanted, not there, and not at its end. No
    /// lock is held.
    func claimStart() -> Bool {
        lock.lock()
        let starts =
            !isRunning.load(ordering: .relaxed) && !shouldStop.load(ordering: .relaxed)
            && isWanted.load(ordering: .relaxed)
        if starts { isRunning.store(true, ordering: .relaxed) }
        isWanted.store(false, ordering: .relaxed)
        lock.unlock()
        return starts
    }

    /// Starts a thread, and answers whether there was one to be had. No lock is held, because making a thread may allocate.
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

    /// Says that no thread was to be had for who claimed the start. Whoever waits for the worker's end waits for none.
    func noteNotStarted(_ system: some OperatingSystem) {
        lock.lock()
        isRunning.store(false, ordering: .relaxed)
        if shouldStop.load(ordering: .relaxed) {
            ended.store(1, ordering: .releasing)
            withUnsafePointer(to: ended) { system.wake($0) }
        }
        lock.unlock()
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

    // MARK: On the worker's thread

    /// Makes the calling thread the worker's. A second one is a fatal error.
    ///
    /// - Parameter owner: what it works for, to name it.
    func begin(for owner: UnsafeRawPointer) {
        let (isFirst, _) = thread.compareExchange(
            expected: 0, desired: ThreadSlot.identity, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !isFirst { fatal("a worker of the scavenger was started twice: for", UInt(bitPattern: owner)) }
    }

    /// Sleeps while the signal is what was seen; without end where the time is negative.
    func sleep(
        _ nanoseconds: Int64, _ clock: inout WorkerClock, unlessSignalled seen: UInt32,
        _ system: some OperatingSystem
    ) {
        invariant(
            thread.load(ordering: .relaxed) == ThreadSlot.identity,
            "another thread works as the scavenger's worker")
        let isOver = withUnsafePointer(to: signal) { system.wait($0, while: seen, nanoseconds: nanoseconds) }
        wakeUps.wrappingAdd(1, ordering: .relaxed)
        _ = clock.advance(to: system.monotonicNanoseconds(), atLeast: isOver ? nanoseconds : 0)
    }

    /// The worker's end: its last touch of the state, because who waits for it may unmap it.
    func end() {
        thread.store(0, ordering: .releasing)
        let word = withUnsafePointer(to: ended) { UnsafeRawPointer($0) }
        ended.store(1, ordering: .releasing)
        pageheap_futex_wake(word, 1)
    }
}
