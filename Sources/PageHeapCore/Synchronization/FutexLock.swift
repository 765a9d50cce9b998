import CPageHeap
import Synchronization

/// A lock of four bytes: free, held, or held with threads asleep on it.
///
/// (The three-state scheme is that of Ulrich Drepper, *Futexes are tricky*.) Zeroed memory is a free lock.
///
/// A thread that has all locks already, because it is about to fork, passes through every lock: handlers that other
/// libraries have registered for the fork may allocate. So does a thread that stops the program: its signal handler may
/// allocate, and what it waits for may be held by itself.
package struct FutexLock<Rank: LockRank>: ~Copyable, Sendable {
    private static var free: UInt32 { 0 }
    private static var held: UInt32 { 1 }
    private static var contended: UInt32 { 2 }

    /// Looks at a held lock before going to sleep. Sections are some tens of nanoseconds.
    private static var spins: Int { 40 }

    private let state = Atomic<UInt32>(0)

    package init() {}

    /// Takes the lock, waiting for it if need be.
    @inline(__always)
    package func lock() {
        if LockPassage.isOpen { return }
        Rank.willLock()
        // Acquire: what the last holder wrote is seen.
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !taken { lockContended() }
    }

    /// Takes the lock if it is free.
    package func tryLock() -> Bool {
        if LockPassage.isOpen { return true }
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken { Rank.willLock() }
        return taken
    }

    /// Gives the lock up. Only its holder calls this.
    @inline(__always)
    package func unlock() {
        if LockPassage.isOpen { return }
        Rank.didUnlock()
        // Release: what this holder wrote is seen by the next one.
        if state.exchange(Self.free, ordering: .releasing) == Self.contended { wakeOne() }
    }

    /// Checked builds: stops the program if the calling thread does not hold a lock of this rank.
    @inline(__always)
    package func assertHeld() { Rank.assertHeld() }

    // MARK: Forks

    /// Takes the lock for a fork, where all locks are taken in the stated order, several of one rank among them.
    package func lockForFork() {
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !taken { lockContended() }
    }

    /// Gives up what ``lockForFork()`` took, in the parent and in the child.
    package func unlockAfterFork() {
        if state.exchange(Self.free, ordering: .releasing) == Self.contended { wakeOne() }
    }

    /// In a child process that was made without the fork handlers: the holder, if there is one, does not exist here.
    ///
    /// - Returns: whether there was one, so that what the lock guards may be half changed.
    package func takeFromMissingHolder() -> Bool {
        state.exchange(Self.free, ordering: .acquiring) != Self.free
    }

    @inline(never)
    private func lockContended() {
        for _ in 0..<Self.spins {
            pageheap_pause()
            guard state.load(ordering: .relaxed) == Self.free else { continue }
            let (taken, _) = state.compareExchange(
                expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
            if taken { return }
        }
        // A thread that has slept takes the lock as contended: another sleeper may be left.
        while state.exchange(Self.contended, ordering: .acquiring) != Self.free {
            _ = pageheap_futex_wait(address, Self.contended, -1)
        }
    }

    @inline(never)
    private func wakeOne() { pageheap_futex_wake(address, 1) }

    /// Where the state lies, for the kernel. Locks live in memory that does not move.
    private var address: UnsafeRawPointer {
        withUnsafePointer(to: state) { UnsafeRawPointer($0) }
    }
}
