import CPageHeap
import Synchronization

extension Heap {
    /// Takes all of the heap's locks before a fork, in rank order, so that the child finds every structure consistent.
    ///
    /// - Parameter between: takes the locks that rank between the pass lock and the page caches' locks.
    package func lockForFork(between: () -> Void) {
        state.pointee.pass.lockForFork()
        between()
        pageCaches.lockAll()
        while true {
            locked.pointee.lock.lockForFork()
            state.pointee.space.lock.lockForFork()
            // An assisting allocation has pages out of the allocator's reach, which the child would lose. It needs
            // these two locks to finish, so they are dropped until it has; no new assist begins while a fork waits.
            if state.pointee.space.searchers == 0 { break }
            state.pointee.space.lock.unlockAfterFork()
            locked.pointee.lock.unlockAfterFork()
            pauseProcessor()
        }
        state.pointee.pass.forkHasLocks()
        worker.thread.pointee.lock.lockForFork()
    }

    /// Unlocks after a fork, in the parent and in the child.
    ///
    /// - Parameter between: unlocks what the `between` of ``lockForFork(between:)`` locked.
    package func unlockAfterFork(between: () -> Void) {
        worker.thread.pointee.lock.unlockAfterFork()
        state.pointee.space.lock.unlockAfterFork()
        locked.pointee.lock.unlockAfterFork()
        pageCaches.unlockAll()
        between()
        state.pointee.pass.unlockAfterFork()
    }

    /// Takes over the locks in a child process made without the fork handlers, by a bare clone: threads that held locks
    /// do not exist here.
    ///
    /// The pass lock is simply taken over. So is the worker's, whose state starts anew in a child, and the search lock,
    /// because the next generation refills the search space. If any other lock was held, the structure it guards may be
    /// inconsistent.
    ///
    /// - Returns: whether the heap can be used.
    package func takeLocksFromMissingHolders() -> Bool {
        state.pointee.pass.takeFromMissingHolder()
        var isWhole = pageCaches.takeFromMissingHolders()
        if locked.pointee.lock.takeFromMissingHolder() { isWhole = false }
        if state.pointee.space.lock.takeFromMissingHolder() { state.pointee.space.ranges.removeAll() }
        _ = worker.thread.pointee.lock.takeFromMissingHolder()
        return isWhole
    }

    /// Resets the heap in the child of a fork, before the locks are released: the worker thread does not exist here,
    /// and the statistics move to the child's own page before anything is written.
    ///
    /// - Parameter page: the child's statistics page, or nil for none.
    package func becomeChild(page: UnsafeMutablePointer<pageheap_statistics_page>?) {
        forgetWorker()
        // Threads that were searching exist only in the parent.
        state.pointee.space.searchers = 0
        state.pointee.pass.becomeChild()
        state.pointee.times.becomeChild()
        locked.pointee.ledger.forgetTotals()
        locked.pointee.beganAt = state.pointee.system.monotonicNanoseconds()
        locked.pointee.holds = HoldTimes()
        locked.pointee.isForced = false
        if let parents = state.pointee.page { pageheap_statistics_page_unmap(parents, servesControl) }
        state.pointee.page = page
    }
}
