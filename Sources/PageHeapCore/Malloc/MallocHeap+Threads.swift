import CPageHeap

extension MallocHeap {
    /// Sets the function that is called when a thread with a cache exits; it must call ``threadExits()``. Call this
    /// once, before the first thread gets a cache.
    ///
    /// If no thread-exit key can be created, caches would leak, so threads get none.
    package func watchThreadExits(_ destructor: @convention(c) (UnsafeMutableRawPointer?) -> Void) {
        state.pointee.exitKey = pageheap_make_thread_exit_key(destructor)
        state.pointee.refusesCaches = state.pointee.exitKey == .max
    }

    /// Returns the calling thread's cache; the thread does without one from now on. Called when the thread is about to
    /// end. Takes the registry lock.
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
        spans.stopIfWrong()
    }

    /// Takes all locks before a fork.
    package func lockForFork() {
        heap.lockForFork {
            state.pointee.caches.lock.lockForFork()
            shards.lockForFork()
            state.pointee.spans.records.lockForFork()
            state.pointee.sampling.lock.lockForFork()
            state.pointee.hardening.lock.lockForFork()
        }
    }

    /// Releases all locks after a fork: in the parent, and in the child once it has its own statistics page.
    package func unlockAfterFork() {
        heap.unlockAfterFork {
            state.pointee.hardening.lock.unlockAfterFork()
            state.pointee.sampling.lock.unlockAfterFork()
            state.pointee.spans.records.unlockAfterFork()
            shards.unlockAfterFork()
            state.pointee.caches.lock.unlockAfterFork()
        }
    }

    /// Takes over the locks in a child process made without the fork handlers; see
    /// ``Heap/takeLocksFromMissingHolders()``.
    ///
    /// - Returns: whether the heap can be used.
    package func takeLocksFromMissingHolders() -> Bool {
        // The registry lock is held while one cache is drained: at most that cache is lost.
        _ = state.pointee.caches.lock.takeFromMissingHolder()
        if state.pointee.sampling.lock.takeFromMissingHolder() { stopSampling() }
        // At most the page of the block that was being allocated or freed is lost.
        _ = state.pointee.hardening.lock.takeFromMissingHolder()
        var isWhole = shards.takeFromMissingHolders()
        if state.pointee.spans.records.takeLockFromMissingHolder() { isWhole = false }
        return heap.takeLocksFromMissingHolders() && isWhole
    }

    /// Returns the caches of threads that do not exist in a child process to the spans. Called after the locks are
    /// released. Takes the registry lock.
    ///
    /// - Parameter survivor: the thread that exists in the child (``ThreadIdentity/current``); nil if no other thread
    ///   had a cache.
    package func dropOtherThreadsCaches(survivor: UInt?) {
        state.pointee.caches.lock.lock()
        state.pointee.caches.visitAll { cache in
            if survivor == nil || UInt(bitPattern: cache.header.pointee.slot) == survivor {
                // The survivor's cache may have been aside.
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
