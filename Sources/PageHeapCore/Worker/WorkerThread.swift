import CPageHeap
import Synchronization

/// The thread of a worker: whether it exists, what it sleeps on, and whether it must end.
///
/// **Requests.** The thread sleeps on a counter, the *signal*. A thread with a request increments it and wakes the
/// sleeper (the Go design's `ready` and `wake` in one). The worker reads the signal before it looks for work, and
/// sleeps only while the signal has not changed since: a request made in between is not lost.
///
/// **One thread.** The thread that begins leaves its identity here. A thread that runs, sleeps or parks as the worker
/// is compared with it in every build: two threads at one worker's progress would spoil it without a sign.
///
/// **The turn.** The thread that does the worker's work has the turn: the thread as long as it lives, or a call of the
/// program for a moment while there is no thread. With the turn goes all that is carried from round to round.
///
/// **The end.** As soon as a thread that was told to end has stored that it has ended, another one may unmap the
/// worker's memory. So that store is its last access (``end()``).
package struct WorkerThread: ~Copyable {
    /// The worker lock. It guards starting and stopping, and the ring of heaps.
    package let lock = FutexLock<LockRanks.Worker>()
    /// The count of requests; the thread waits for it to change. Raised and, before the worker ends, read sequentially
    /// consistent, so that a request and the end of the worker cannot miss each other; acquiring loads elsewhere, so
    /// that the worker sees what led to a request.
    private let count = Atomic<UInt32>(0)
    /// Whether the thread exists. Read and changed only under the lock, so relaxed order suffices.
    private let exists = Atomic<Bool>(false)
    /// Whether the thread is to end. Relaxed: a wake-up follows.
    private let isToEnd = Atomic<Bool>(false)
    /// 1 once the thread has ended for good. Releasing and acquiring: the thread that waits for it may free the
    /// worker's memory.
    private let ended = Atomic<UInt32>(0)
    /// The identity of the thread; 0 if none is at work. Acquiring and releasing: a successor sees what its predecessor
    /// left. Relaxed where a thread compares it with its own, because only that thread can have stored that.
    private let identity = Atomic<UInt>(0)
    /// Whether a thread has the turn. Acquiring and releasing, as above.
    private let isTurnTaken = Atomic<Bool>(false)

    package init() {}

    // MARK: Requests

    /// The signal, to be read before looking for work.
    package var signal: UInt32 { count.load(ordering: .acquiring) }

    /// Signals the thread.
    package func raise() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Signals the thread, and wakes it.
    func wake(_ system: some OperatingSystem) {
        raise()
        withUnsafePointer(to: count) { system.wake($0) }
    }

    /// Whether the thread was not signalled since `seen` was read: the question before the worker ends.
    func isUnasked(since seen: UInt32) -> Bool { count.load(ordering: .sequentiallyConsistent) == seen }

    // MARK: Existence, under the lock

    var isRunning: Bool { exists.load(ordering: .relaxed) }

    func setRunning(_ isRunning: Bool) { exists.store(isRunning, ordering: .relaxed) }

    /// Notes that the calling thread, which is the worker's, ends: from here on another may start.
    func leave() {
        setRunning(false)
        identity.store(0, ordering: .releasing)
    }

    // MARK: The end

    /// Whether the thread is to end. Needs no lock.
    var shouldStop: Bool { isToEnd.load(ordering: .relaxed) }

    /// Tells the thread to end. It notices when it is woken, or at the end of a quantum.
    package func askToEnd() { isToEnd.store(true, ordering: .relaxed) }

    /// Lets a thread run again.
    func mayRunAgain() { isToEnd.store(false, ordering: .relaxed) }

    /// Whether the thread has ended after it was told to.
    package var hasEnded: Bool { ended.load(ordering: .acquiring) != 0 }

    /// Notes that a thread that was told to end does not exist. The caller holds the lock.
    func noteEnded(_ system: some OperatingSystem) {
        ended.store(1, ordering: .releasing)
        withUnsafePointer(to: ended) { system.wake($0) }
    }

    /// Waits until the thread has ended. It exists and was told to end; the caller holds no lock.
    func waitForEnd(_ system: some OperatingSystem) {
        while !hasEnded { withUnsafePointer(to: ended) { _ = system.wait($0, while: 0, nanoseconds: -1) } }
    }

    // MARK: The turn

    /// Takes the turn: the right to do the worker's work.
    ///
    /// - Returns: false if another thread has it.
    func beginTurn() -> Bool { !isTurnTaken.exchange(true, ordering: .acquiring) }

    func endTurn() { isTurnTaken.store(false, ordering: .releasing) }

    // MARK: On the thread itself

    /// Makes the calling thread the worker's thread, and takes the turn. A second thread is a fatal error.
    ///
    /// - Parameter owner: the owner of the worker, named in the error.
    func begin(for owner: UnsafeRawPointer) {
        let (isFirst, _) = identity.compareExchange(
            expected: 0, desired: ThreadIdentity.current, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !isFirst { fatal("a worker of the scavenger was started twice: for", UInt(bitPattern: owner)) }
        // A caller may have the turn, for a tenth of a millisecond.
        while !beginTurn() { pauseProcessor() }
    }

    /// Aborts, in every build, if the calling thread is not the worker's.
    package func checkIsCurrent() {
        if identity.load(ordering: .relaxed) != ThreadIdentity.current {
            fatal("another thread works as the scavenger's worker")
        }
    }

    /// Sleeps while the signal has the value `seen`, for at most `nanoseconds`; without limit if that is negative.
    ///
    /// - Returns: whether the time is up.
    package func sleep(
        _ nanoseconds: Int64, _ clock: inout WorkerClock, unlessSignalled seen: UInt32, _ system: some OperatingSystem
    ) -> Bool {
        checkIsCurrent()
        let isOver = withUnsafePointer(to: count) { system.wait($0, while: seen, nanoseconds: nanoseconds) }
        _ = clock.advance(to: system.monotonicNanoseconds(), atLeast: isOver ? nanoseconds : 0)
        return isOver
    }

    /// Ends the thread's work. This is its last access to the worker's memory, because a thread in ``waitForEnd(_:)``
    /// may unmap it.
    func end() {
        endTurn()
        if !shouldStop { return }
        let word = withUnsafePointer(to: ended) { UnsafeRawPointer($0) }
        ended.store(1, ordering: .releasing)
        pageheap_futex_wake(word, 1)
    }

    /// Creates a thread that the C library knows. The caller holds no lock, because that may allocate.
    ///
    /// - Returns: false if the system refuses the thread.
    static func start(
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

    /// Resets the state in a forked child, which has no worker thread.
    func becomeChild() {
        setRunning(false)
        mayRunAgain()
        identity.store(0, ordering: .relaxed)
        endTurn()
    }
}
