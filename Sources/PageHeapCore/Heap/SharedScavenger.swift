import Synchronization

/// A scavenger that several heaps share: one thread, and one share of CPU time for all of them.
///
/// A handle on a ``SharedScavengerState``; copies name the same one. The heaps stand in a ring. Each stretch of release is
/// for the first one with something to give, which then goes to the end: whoever has something gets as much time as any
/// other. A heap with nothing to give is parked as one with a worker of its own would be, and its request wakes the
/// worker; when all of them are, the worker sleeps without end.
///
/// The worker looks at a heap without holding the list's lock, because that may take a millisecond. A heap that leaves
/// waits until it looks away.
package struct SharedScavenger<System: OperatingSystem> {
    package typealias Member = UnsafeMutablePointer<SharedHeap<System>>

    package let state: UnsafeMutablePointer<SharedScavengerState<System>>

    /// - Parameter state: initialized by the caller, who has its first reference.
    package init(_ state: UnsafeMutablePointer<SharedScavengerState<System>>) { self.state = state }

    package var worker: UnsafePointer<WorkerState> { withUnsafePointer(to: state.pointee.worker) { $0 } }

    var system: System { state.pointee.system }

    private func underLock<Result>(_ body: () -> Result) -> Result {
        worker.pointee.lock.lock()
        defer { worker.pointee.lock.unlock() }
        return body()
    }

    // MARK: Heaps

    /// Has a heap use this scavenger instead of a worker of its own, before anybody has the heap. It refers to the
    /// scavenger from now on, and joins the ones that are looked after when it wants a worker.
    ///
    /// - Parameter member: memory for it.
    package func attach(_ heap: Heap<System>, as member: Member) {
        member.initialize(to: SharedHeap(heap, of: self))
        heap.state.pointee.sharedWorker = worker
        underLock { state.pointee.references += 1 }
    }

    /// Has a heap looked after where it wants a worker and has none, and starts the thread if there is none. No lock is
    /// held, because making a thread may allocate.
    ///
    /// - Parameter body: is given the address of the scavenger's state, on the new thread; calls ``run()``.
    package func join(_ member: Member, _ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        guard member.pointee.heap.worker.pointee.claimStart(system) else { return }
        // Only the shared worker has a thread.
        member.pointee.heap.worker.pointee.isStarting.store(false, ordering: .relaxed)
        let starts = underLock {
            append(member)
            return !worker.pointee.isRunning.exchange(true, ordering: .relaxed)
        }
        if !starts { return worker.pointee.wake(system) }
        if WorkerState.startThread(body, UnsafeMutableRawPointer(state)) { return }
        // Without a worker the heaps work, and the next growth of one tries again.
        underLock {
            worker.pointee.isRunning.store(false, ordering: .relaxed)
            while let member = removeFirst() {
                member.pointee.heap.worker.pointee.isRunning.store(false, ordering: .relaxed)
            }
        }
    }

    /// Has a heap looked after no more, and waits until the worker has looked away from it. No lock is held, and nobody
    /// else uses the heap.
    package func leave(_ member: Member) {
        // Ends a stretch of release.
        member.pointee.heap.worker.pointee.shouldStop.store(true, ordering: .relaxed)
        worker.pointee.lock.lock()
        remove(member)
        while state.pointee.current == member {
            state.pointee.isAwaited = true
            let seen = state.pointee.turns.load(ordering: .relaxed)
            worker.pointee.lock.unlock()
            _ = withUnsafePointer(to: state.pointee.turns) { system.wait($0, while: seen, nanoseconds: -1) }
            worker.pointee.lock.lock()
        }
        worker.pointee.lock.unlock()
    }

    /// Gives a reference up: the owner's, or that of a heap that has left and is torn down.
    ///
    /// - Returns: whether it was the last one, so that the caller takes the scavenger down.
    package func dropReference() -> Bool {
        underLock {
            state.pointee.references -= 1
            return state.pointee.references == 0
        }
    }

    /// Ends the worker, and waits for that. No lock is held, and no heap is left.
    package func stop() { worker.pointee.stop(system) }

    // MARK: The worker's turns

    /// How many heaps are looked after.
    var count: UInt { underLock { state.pointee.count } }

    /// The next heap to look at, which goes to the end of the ring; nothing where there is none. Until ``endTurn()`` it
    /// cannot leave.
    func beginTurn() -> Member? {
        underLock {
            guard let member = removeFirst() else { return nil }
            append(member)
            state.pointee.current = member
            return member
        }
    }

    func endTurn() {
        let isAwaited = underLock {
            defer { state.pointee.isAwaited = false }
            state.pointee.current = nil
            if state.pointee.isAwaited { state.pointee.turns.wrappingAdd(1, ordering: .relaxed) }
            return state.pointee.isAwaited
        }
        // One at most waits: whoever has the heap that was looked at.
        if isAwaited { withUnsafePointer(to: state.pointee.turns) { system.wake($0) } }
    }

    /// Tells all heaps that the pacer's controller has failed.
    func noteReset() {
        underLock {
            var next = state.pointee.first
            while let member = next {
                member.pointee.heap.noteReset()
                next = member.pointee.next
            }
        }
    }

    // MARK: The list, under the worker's lock

    private func append(_ member: Member) {
        member.pointee.next = nil
        if let last = state.pointee.last { last.pointee.next = member } else { state.pointee.first = member }
        state.pointee.last = member
        state.pointee.count += 1
    }

    private func removeFirst() -> Member? {
        guard let member = state.pointee.first else { return nil }
        state.pointee.first = member.pointee.next
        if member.pointee.next == nil { state.pointee.last = nil }
        state.pointee.count -= 1
        return member
    }

    /// Takes a heap out, where it is in.
    private func remove(_ member: Member) {
        var before: Member?
        var next = state.pointee.first
        while let candidate = next, candidate != member {
            before = candidate
            next = candidate.pointee.next
        }
        guard next != nil else { return }
        guard let before else {
            _ = removeFirst()
            return
        }
        before.pointee.next = member.pointee.next
        if member.pointee.next == nil { state.pointee.last = before }
        state.pointee.count -= 1
    }
}
