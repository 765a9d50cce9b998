import CPageHeap
import Synchronization

/// A lock of four bytes: free, held, held with threads asleep on it, or held for a fork. Zeroed memory is a free lock.
///
/// (The scheme with three states is from Ulrich Drepper, *Futexes are tricky*.)
///
/// A thread that has all locks already, because it is about to fork, passes through every lock (``LockPassage``): fork
/// handlers of other libraries may allocate. A thread that aborts the program passes too, because its signal handler
/// may allocate and it may itself hold what it waits for; so after a while it takes the lock over. The fast paths do
/// not check for that, because such locks are never found free or held in the ordinary way.
package struct FutexLock<Rank: LockRank>: ~Copyable, Sendable {
    private static var free: UInt32 { 0 }
    private static var held: UInt32 { 1 }
    private static var contended: UInt32 { 2 }
    private static var heldForFork: UInt32 { 3 }

    /// How often a held lock is polled before the thread sleeps. Locked sections take some tens of nanoseconds.
    private static var spins: Int { 40 }

    private let state = Atomic<UInt32>(0)

    package init() {}

    /// Takes the lock, waiting for it if necessary.
    @inline(__always)
    package func lock() {
        Rank.willLock()
        // Acquire: see what the last holder wrote.
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !taken { lockContended() }
        tellObserver(taken ? PAGEHEAP_LOCK_TAKEN : PAGEHEAP_LOCK_WAITED_FOR)
    }

    /// Takes the lock if it is free. A thread that stops the program does not pass through it: a caller that only tries
    /// can do without.
    ///
    /// - Returns: whether the caller holds the lock, or passes through it because it holds all of them.
    package func tryLock() -> Bool {
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken {
            Rank.willLock()
            tellObserver(PAGEHEAP_LOCK_TAKEN)
        }
        return taken || LockPassage.isOpen && !LockPassage.isForStop
    }

    /// Takes the lock, unless it stays held for long, as by a thread that is interrupted by the caller.
    ///
    /// - Parameter milliseconds: how long to wait.
    /// - Returns: whether the caller holds the lock, or passes through it because it holds all of them.
    package func tryLock(waiting milliseconds: Int) -> Bool {
        if tryLock() { return true }
        guard takeAsContended(waiting: milliseconds) else { return false }
        Rank.willLock()
        tellObserver(PAGEHEAP_LOCK_WAITED_FOR)
        return true
    }

    /// Releases the lock. Only its holder calls this.
    @inline(__always)
    package func unlock() {
        Rank.didUnlock()
        tellObserver(PAGEHEAP_LOCK_RELEASED)
        // Release: the next holder sees what this one wrote.
        let (isGivenUp, _) = state.compareExchange(
            expected: Self.held, desired: Self.free, successOrdering: .releasing, failureOrdering: .relaxed)
        if !isGivenUp { unlockContended() }
    }

    /// Checked builds: aborts if the calling thread does not hold a lock of this rank.
    @inline(__always)
    package func assertHeld() { Rank.assertHeld() }

    // MARK: Forks

    /// Takes the lock for a fork, which takes all locks in their order, including several of one rank.
    package func lockForFork() {
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.heldForFork, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !taken { lockContended() }
    }

    /// Releases what ``lockForFork()`` took, in the parent and in the child.
    package func unlockAfterFork() {
        if state.exchange(Self.free, ordering: .releasing) == Self.contended { wakeOne() }
    }

    /// Takes the lock from a holder that does not exist, in a child process that was created without the fork handlers.
    ///
    /// - Returns: whether there was a holder, so that what the lock guards may be half changed.
    package func takeFromMissingHolder() -> Bool {
        state.exchange(Self.free, ordering: .acquiring) != Self.free
    }

    @inline(never)
    private func unlockContended() {
        // A thread does not release a lock that it only passed through.
        if LockPassage.isOpen && !LockPassage.isForStop { return }
        if state.exchange(Self.free, ordering: .releasing) == Self.contended { wakeOne() }
    }

    /// Waits for the lock, and takes it as contended, because other threads may sleep on it.
    ///
    /// - Returns: whether it was given up in that time.
    private func takeAsContended(waiting milliseconds: Int) -> Bool {
        for _ in 0..<milliseconds {
            if state.exchange(Self.contended, ordering: .acquiring) == Self.free { return true }
            _ = pageheap_futex_wait(address, Self.contended, 1_000_000)
        }
        return false
    }

    @inline(never)
    private func lockContended() {
        if LockPassage.isOpen {
            // A thread that aborts the program takes the lock from its holder after a tenth of a second.
            if LockPassage.isForStop { _ = takeAsContended(waiting: 100) }
            return
        }
        for _ in 0..<Self.spins {
            pageheap_pause()
            guard state.load(ordering: .relaxed) == Self.free else { continue }
            let (taken, _) = state.compareExchange(
                expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
            if taken { return }
        }
        // A thread that has slept takes the lock as contended, because another sleeper may be left.
        while state.exchange(Self.contended, ordering: .acquiring) != Self.free {
            _ = pageheap_futex_wait(address, Self.contended, -1)
        }
    }

    /// Checked builds: tells a program that watches locks what happened to this one.
    @inline(__always)
    private func tellObserver(_ event: pageheap_event) {
        #if PAGEHEAP_CHECKED
            if !LockPassage.isOpen { pageheap_tell_observer(address, Rank.order, event) }
        #endif
    }

    @inline(never)
    private func wakeOne() { pageheap_futex_wake(address, 1) }

    /// The address of the state, for the kernel. Locks live in memory that does not move.
    private var address: UnsafeRawPointer {
        withUnsafePointer(to: state) { UnsafeRawPointer($0) }
    }
}

/// Tells the processor that this thread is spinning.
@inline(__always)
package func pauseProcessor() { pageheap_pause() }
