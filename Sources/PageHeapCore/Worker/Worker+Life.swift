import Synchronization

/// The worker's start and end.
extension Worker {
    // MARK: Starting

    /// Adds a heap that wants a worker to the ring, and starts the thread if there is none. The caller holds no lock,
    /// because creating a thread that the C library knows may allocate.
    ///
    /// Nothing happens if the worker was told to end, a hold-off is under way, or callers release in its place.
    ///
    /// - Parameter start: creates the thread, which must call ``run(for:)``; returns false if the system refuses it.
    @inline(never)
    func join(_ member: Member, start: () -> Bool) {
        LockRanks.Pass.assertNoneFromHere()
        thread.pointee.lock.lock()
        let isServed = member.pointee.requests.isServed
        // A worker that ended for a hold-off still looks after its heaps, so that one is wanted again after it.
        guard member.pointee.callers.wantWorker, isServed ? thread.pointee.isRunning : mayJoin(member) else {
            return thread.pointee.lock.unlock()
        }
        member.pointee.callers.forgetWorker()
        if !isServed {
            member.pointee.requests.join()
            state.pointee.ring.append(member)
        } else {
            // A worker that was about to end has changed its mind. The heap asked for one, so it has something to give.
            member.pointee.requests.raise()
        }
        let isRunning = thread.pointee.isRunning
        if !isRunning {
            thread.pointee.setRunning(true)
            starts.pointee.begin()
        } else {
            member.pointee.callers.endRelease()
        }
        thread.pointee.lock.unlock()
        if isRunning { thread.pointee.wake(system) } else { noteStart(start(), for: member) }
    }

    private func mayJoin(_ member: Member) -> Bool {
        !member.pointee.requests.isLeaving && !thread.pointee.shouldStop && !starts.pointee.isHeldOff
            && member.pointee.callers.mayStart(system)
    }

    /// Notes the outcome of a start.
    ///
    /// After a refusal, callers release in place of the worker, in all heaps that have joined meanwhile. The next
    /// attempt is delayed, each time twice as long. Threads that wait in ``stop()`` are released.
    private func noteStart(_ isThere: Bool, for member: Member) {
        underLock {
            if isThere {
                starts.pointee.succeed()
                member.pointee.callers.endRelease()
                return
            }
            let retry = system.coarseNanoseconds() &+ starts.pointee.fail()
            thread.pointee.setRunning(false)
            if thread.pointee.shouldStop { thread.pointee.noteEnded(system) }
            dismissAll { $0.pointee.callers.release(until: retry) }
        }
    }

    /// Empties the ring, which no thread looks after any more. The caller holds the lock.
    private func dismissAll(_ body: (Member) -> Void) {
        while let member = state.pointee.ring.removeFirst() {
            member.pointee.requests.dismiss()
            body(member)
        }
    }

    // MARK: Ending

    /// Ends the worker that was told to end, unless that was taken back: a hold-off may be over before the thread notices
    /// it. Called on its thread.
    ///
    /// - Returns: whether it ends.
    func endIfTold() -> Bool { underLock { leaveIfTold() } }

    /// The same. The caller holds the lock.
    private func leaveIfTold() -> Bool {
        guard thread.pointee.shouldStop else { return false }
        thread.pointee.leave()
        return true
    }

    /// Ends the worker unless it was signalled since `seen` was read. Called on its thread.
    ///
    /// - Returns: whether it ends. A thread that signals later then sees that no worker looks after the heap.
    func endIfUnasked(since seen: UInt32) -> Bool {
        underLock {
            if leaveIfTold() { return true }
            // Sequentially consistent, as is the signal: either this thread sees the signal, or the signalling thread
            // sees that there is no worker.
            state.pointee.ring.visitAll { $0.pointee.requests.dismiss() }
            guard thread.pointee.isUnasked(since: seen) else {
                state.pointee.ring.visitAll { $0.pointee.requests.resume() }
                return false
            }
            thread.pointee.leave()
            dismissAll { _ in }
            return true
        }
    }

    /// Ends the worker for good, and waits until it has ended. The caller holds no lock.
    package func stop() {
        let isThere = underLock {
            thread.pointee.askToEnd()
            return thread.pointee.isRunning
        }
        guard isThere else { return }
        thread.pointee.wake(system)
        thread.pointee.waitForEnd(system)
    }

    /// Ends the worker and keeps a new one from starting until ``endHoldOff(delay:)``. The caller holds no lock, except
    /// in a signal handler, which may have interrupted its thread's own use of the lock.
    ///
    /// - Parameter join: waits until the worker's thread is gone.
    /// - Returns: whether the worker is held off, so that `endHoldOff` must follow; false if the lock stayed held for long.
    func holdOff(join: () -> Void) -> Bool {
        guard thread.pointee.lock.tryLock(waiting: Tunables.holdOffLockWaits) else { return false }
        starts.pointee.holdOff()
        var patience = Tunables.holdOffPauses
        let isThere = thread.pointee.isRunning
        if isThere { thread.pointee.askToEnd() }
        while starts.pointee.isUnderWay && patience > 0 {
            patience -= 1
            thread.pointee.lock.unlock()
            pauseProcessor()
            thread.pointee.lock.lock()
        }
        thread.pointee.lock.unlock()
        if isThere { thread.pointee.wake(system) }
        join()
        return true
    }

    /// Ends a hold-off that has begun. If it was the last one and a worker was ended for it, one is wanted again: the
    /// worker was interrupted, so there may be more to release. A worker that has not ended yet goes on.
    ///
    /// - Parameter delay: nanoseconds for which no worker starts all the same; callers release in that time.
    func endHoldOff(delay: Int64) {
        underLock {
            guard starts.pointee.endHoldOff() else { return }
            thread.pointee.mayRunAgain()
            if thread.pointee.isRunning { return }
            let retry = delay > 0 ? system.coarseNanoseconds() &+ delay : nil
            dismissAll { member in
                if let retry {
                    member.pointee.callers.release(until: retry)
                } else {
                    member.pointee.callers.askForWorker()
                }
            }
        }
    }

    /// Resets the worker in a forked child, which has no such thread. The caller is the child's only thread here.
    func becomeChild() {
        thread.pointee.becomeChild()
        starts.pointee.becomeChild()
        state.pointee.ring.becomeChild()
        progress.pointee.forget()
    }
}
