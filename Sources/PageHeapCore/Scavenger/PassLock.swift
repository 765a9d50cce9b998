import Synchronization

/// The lock that is held during a release pass: by the worker, a caller in its place, or a forced release. A pass makes
/// system calls under it.
///
/// A fork needs this lock, and a forced release may hold it for a second. So forks that wait are counted: a long pass
/// lets them go first between two pieces (``letForksPass()``), and no assist begins while one waits.
///
/// Must lie in memory that does not move; valid when zero-initialised.
struct PassLock: ~Copyable {
    private let inner: FutexLock<LockRanks.Pass>
    /// Relaxed: a fork that is seen late waits for one piece more.
    private let waitingForks: Atomic<UInt32>

    func lock() { inner.lock() }

    func unlock() { inner.unlock() }

    /// Whether a fork waits for the locks of the heap. A hint.
    var isForkWaiting: Bool { waitingForks.load(ordering: .relaxed) != 0 }

    /// Lets forks that wait go first. The caller holds this lock and no other.
    func letForksPass() {
        guard isForkWaiting else { return }
        unlock()
        while isForkWaiting { pauseProcessor() }
        lock()
    }

    /// Takes the lock for a fork, which counts as waiting until ``forkHasLocks()``.
    func lockForFork() {
        waitingForks.wrappingAdd(1, ordering: .relaxed)
        inner.lockForFork()
    }

    /// Ends the wait of a fork: no assist is under way any more.
    func forkHasLocks() { waitingForks.wrappingSubtract(1, ordering: .relaxed) }

    func unlockAfterFork() { inner.unlockAfterFork() }

    /// Takes over the lock in a child that was made without the fork handlers.
    func takeFromMissingHolder() { _ = inner.takeFromMissingHolder() }

    /// Forgets, in a child, the forks that wait in the parent.
    func becomeChild() { waitingForks.store(0, ordering: .relaxed) }
}
