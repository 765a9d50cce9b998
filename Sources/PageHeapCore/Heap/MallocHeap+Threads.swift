import CPageHeap

extension MallocHeap {
    /// Has the thread's exit reported to ``threadExits()``.
    func armThreadExit() { pageheap_arm_thread_exit(state.pointee.exitKey) }

    /// Says what is called when a thread that has a cache exits; it has to call ``threadExits()``. Once, before the
    /// first thread gets a cache.
    package func watchThreadExits(_ destructor: @convention(c) (UnsafeMutableRawPointer?) -> Void) {
        state.pointee.exitKey = pageheap_make_thread_exit_key(destructor)
        state.pointee.refusesCaches = state.pointee.exitKey == .max
    }

    /// The calling thread is about to end: it gives its cache back, and does without from now on.
    package func threadExits() {
        let slot = ThreadSlot.current
        guard let cache = slot.ownCache else { return }
        slot.state = .exited
        state.pointee.caches.lock.lock()
        slot.setCache(.empty)
        slot.ownCache = nil
        drainWhole(cache)
        state.pointee.caches.remove(cache)
        state.pointee.caches.lock.unlock()
    }

    /// Before a fork: takes all locks.
    package func lockForFork() {
        heap.lockForFork {
            state.pointee.caches.lock.lockForFork()
            for number in 1..<SizeClass.count { state.pointee.lists[number].lock.lockForFork() }
            state.pointee.largeSpans.lock.lockForFork()
        }
    }

    /// After a fork, in the parent, and in the child once it has its own statistics page.
    package func unlockAfterFork() {
        heap.unlockAfterFork {
            state.pointee.largeSpans.lock.unlockAfterFork()
            for number in 1..<SizeClass.count { state.pointee.lists[number].lock.unlockAfterFork() }
            state.pointee.caches.lock.unlockAfterFork()
        }
    }

    /// In the child of a fork, after the locks are given up: the other threads did not come along; their caches' blocks
    /// go back to the spans.
    package func dropOtherThreadsCaches() {
        state.pointee.caches.lock.lock()
        state.pointee.caches.visitAll { cache in
            guard cache.header.pointee.slot != pageheap_thread_slot() else { return }
            drainWhole(cache)
            state.pointee.caches.remove(cache)
        }
        state.pointee.caches.lock.unlock()
    }
}
