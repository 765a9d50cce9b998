import CPageHeap
import Synchronization

/// A lock of four bytes: free, held, held for a fork, or held with threads asleep on it.
///
/// (The three-state scheme is that of Ulrich Drepper, *Futexes are tricky*.) Zeroed memory is a free lock.
///
/// A thread that has all locks already, because it is about to fork, passes through every lock (``LockPassage``): handlers
/// that other libraries have registered for the fork may allocate. A thread that stops the program passes, too: its signal
/// handler may allocate, and what it waits for may be held by itself; so after a while it takes the lock over. The short ways
/// know nothing of that, because such locks are never found free, nor held as usual.
package struct FutexLock<Rank: LockRank>: ~Copyable, Sendable {
    private static var free: UInt32 { 0 }
    private static var held: UInt32 { 1 }
    private static var contended: UInt32 { 2 }
    private static var heldForFork: UInt32 { 3 }

    /// Looks at a held lock before going to sleep. Sections are some tens of nanoseconds.
    private static var spins: Int { 40 }

    private let state = Atomic<UInt32>(0)

    package init() {}

    /// Takes the lock, waiting for it if need be.
    @inline(__always)
    package func lock() {
        Rank.willLock()
        // Acquire: what the last holder wrote is seen.
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if !taken { lockContended() }
    }

    /// Takes the lock if it is free.
    package func tryLock() -> Bool {
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.held, successOrdering: .acquiring, failureOrdering: .relaxed)
        if taken { Rank.willLock() }
        return taken || LockPassage.isOpen
    }

    /// Gives the lock up. Only its holder calls this.
    @inline(__always)
    package func unlock() {
        Rank.didUnlock()
        // Release: what this holder wrote is seen by the next one.
        let (isGivenUp, _) = state.compareExchange(
            expected: Self.held, desired: Self.free, successOrdering: .releasing, failureOrdering: .relaxed)
        if !isGivenUp { unlockContended() }
    }

    /// Checked builds: stops the program if the calling thread does not hold a lock of this rank.
    @inline(__always)
    package func assertHeld() { Rank.assertHeld() }

    // MARK: Forks

    /// Takes the lock for a fork, where all locks are taken in the stated order, several of one rank among them.
    package func lockForFork() {
        let (taken, _) = state.compareExchange(
            expected: Self.free, desired: Self.heldForFork, successOrdering: .acquiring, failureOrdering: .relaxed)
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
    private func unlockContended() {
        // What the thread passed through is not its to give up.
        if LockPassage.isOpen && !LockPassage.isForStop { return }
        if state.exchange(Self.free, ordering: .releasing) == Self.contended { wakeOne() }
    }

    /// A thread that stops the program waits a tenth of a second for a lock, and then takes it from whoever has it.
    private func takeToStop() {
        for _ in 0..<100 {
            // As contended: others may sleep on it.
            if state.exchange(Self.contended, ordering: .acquiring) == Self.free { return }
            _ = pageheap_futex_wait(address, Self.contended, 1_000_000)
        }
    }

    @inline(never)
    private func lockContended() {
        if LockPassage.isOpen {
            if LockPassage.isForStop { takeToStop() }
            return
        }
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
