import CPageHeap
import Synchronization

extension Heap {
    /// Before a fork: takes all of the heap's locks, in the stated order, so that the child finds every structure whole.
    ///
    /// - Parameter between: takes the locks that lie between the pass lock and the page caches' in the order.
    package func lockForFork(between: () -> Void) {
        state.pointee.waitingForks.wrappingAdd(1, ordering: .relaxed)
        state.pointee.passLock.lockForFork()
        between()
        for shard in 0..<Tunables.pageCacheShards { state.pointee.shards[shard].lock.lockForFork() }
        while true {
            locked.pointee.lock.lockForFork()
            state.pointee.space.lock.lockForFork()
            // An allocation that assists has pages out of reach, which the child would never get back. It needs these two
            // locks to end; no new one begins while a fork waits.
            if state.pointee.space.searchers == 0 { break }
            state.pointee.space.lock.unlockAfterFork()
            locked.pointee.lock.unlockAfterFork()
            pauseProcessor()
        }
        state.pointee.waitingForks.wrappingSubtract(1, ordering: .relaxed)
        state.pointee.records.lockForFork()
        state.pointee.worker.lock.lockForFork()
    }

    /// After a fork, in the parent and in the child.
    package func unlockAfterFork(between: () -> Void) {
        state.pointee.worker.lock.unlockAfterFork()
        state.pointee.records.unlockAfterFork()
        state.pointee.space.lock.unlockAfterFork()
        locked.pointee.lock.unlockAfterFork()
        for shard in 0..<Tunables.pageCacheShards { state.pointee.shards[shard].lock.unlockAfterFork() }
        between()
        state.pointee.passLock.unlockAfterFork()
    }

    /// In a child process that was made without the fork handlers, by a bare clone: locks that other threads held are held
    /// by nobody here. The lock of a pass is simply taken over; so is the worker's, whose state begins anew in a child, and
    /// the search lock, because the next generation fills the search space again. If another lock was held, what it guards may
    /// be half changed.
    ///
    /// - Returns: whether the heap can be used.
    package func takeLocksFromMissingHolders() -> Bool {
        _ = state.pointee.passLock.takeFromMissingHolder()
        var isWhole = true
        for shard in 0..<Tunables.pageCacheShards {
            if state.pointee.shards[shard].lock.takeFromMissingHolder() { isWhole = false }
        }
        if locked.pointee.lock.takeFromMissingHolder() { isWhole = false }
        if state.pointee.space.lock.takeFromMissingHolder() { state.pointee.space.ranges.removeAll() }
        if state.pointee.records.takeLockFromMissingHolder() { isWhole = false }
        _ = state.pointee.worker.lock.takeFromMissingHolder()
        return isWhole
    }

    /// In the child of a fork, before the locks are given up: the worker did not come along, and the figures get a page
    /// of their own before anything is written.
    package func becomeChild(page: UnsafeMutablePointer<pageheap_statistics_page>?) {
        state.pointee.worker.becomeChild()
        state.pointee.hasProgress = false
        // Other threads that were searching exist only in the parent.
        state.pointee.space.searchers = 0
        state.pointee.waitingForks.store(0, ordering: .relaxed)
        state.pointee.assistNanoseconds.store(0, ordering: .relaxed)
        state.pointee.forcedNanoseconds.store(0, ordering: .relaxed)
        locked.pointee.books.forgetTotals()
        locked.pointee.holds = HoldTimes()
        locked.pointee.isForced = false
        if let parents = state.pointee.page { pageheap_statistics_page_unmap(parents) }
        state.pointee.page = page
    }
}
