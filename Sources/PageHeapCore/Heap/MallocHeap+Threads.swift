import CPageHeap

extension MallocHeap {
    /// Sets what is called when a thread that has a cache exits; it has to call ``threadExits()``. Once, before the
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
        heap.stopIfWrong()
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

    /// In a child process that was made without the fork handlers: see ``Heap/takeLocksFromMissingHolders()``.
    package func takeLocksFromMissingHolders() -> Bool {
        // The registry lock is held for the drain of one cache: that cache is lost.
        _ = state.pointee.caches.lock.takeFromMissingHolder()
        var isWhole = !state.pointee.largeSpans.lock.takeFromMissingHolder()
        for number in 1..<SizeClass.count {
            if state.pointee.lists[number].lock.takeFromMissingHolder() { isWhole = false }
        }
        return heap.takeLocksFromMissingHolders() && isWhole
    }

    /// In a child process, after the locks are given up: the other threads did not come along; their caches' blocks go back
    /// to the spans.
    ///
    /// - Parameter survivor: the thread that came along (``ThreadSlot/identity``); nil if no other thread had a cache.
    package func dropOtherThreadsCaches(survivor: UInt?) {
        state.pointee.caches.lock.lock()
        state.pointee.caches.visitAll { cache in
            if survivor == nil || UInt(bitPattern: cache.header.pointee.slot) == survivor {
                // It may have been aside.
                state.pointee.caches.takeBack(cache)
                cache.header.pointee.threadIdentifier = pageheap_process_identifier()
            } else {
                drainCopied(cache)
                state.pointee.caches.remove(cache)
            }
        }
        state.pointee.caches.lock.unlock()
    }

    /// Whether a thread other than the calling one may have a cache.
    package var hasSeveralCaches: Bool { state.pointee.caches.count > 1 }
}
