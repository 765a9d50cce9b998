import Synchronization

/// A scavenger that several heaps share: one thread, and one share of CPU time for all of them.
///
/// A handle on a ``SharedScavengerState``; copies refer to the same scavenger. The heaps form a ring. Each stretch of
/// release is for the first heap with memory to give, which then goes to the end, so that all such heaps get the same
/// time. A heap with nothing to give is parked, as one with its own worker would be, and its requests wake the worker;
/// when all heaps are parked, the worker sleeps without a timeout.
///
/// The worker looks at a heap without holding the lock of the ring, because a look may take a millisecond. A heap that
/// leaves waits until the worker looks away from it.
package struct SharedScavenger<System: OperatingSystem> {
    package typealias Member = UnsafeMutablePointer<SharedHeap<System>>

    package let state: UnsafeMutablePointer<SharedScavengerState<System>>

    /// Makes a handle.
    ///
    /// - Parameter state: initialised by the caller, which owns its first reference.
    package init(_ state: UnsafeMutablePointer<SharedScavengerState<System>>) { self.state = state }

    package var worker: UnsafePointer<WorkerState> { withUnsafePointer(to: state.pointee.worker) { $0 } }

    var system: System { state.pointee.system }

    private func underLock<Result>(_ body: () -> Result) -> Result {
        worker.pointee.lock.lock()
        defer { worker.pointee.lock.unlock() }
        return body()
    }

    // MARK: Heaps

    /// Attaches a new, unpublished heap to this scavenger, in place of a worker of its own. The heap holds a reference
    /// from now on, and enters the ring when it wants a worker (``join(_:_:)``).
    ///
    /// - Parameters:
    ///   - heap: the heap.
    ///   - member: uninitialised memory for the scavenger's record of it.
    package func attach(_ heap: Heap<System>, as member: Member) {
        member.initialize(to: SharedHeap(heap, of: self))
        heap.state.pointee.sharedWorker = worker
        underLock { state.pointee.references += 1 }
    }

    /// Adds a heap that wants a worker to the ring, and starts the thread if none runs. The caller holds no lock,
    /// because creating a thread may allocate.
    ///
    /// - Parameters:
    ///   - member: the record of the heap.
    ///   - body: runs on the new thread with the address of the scavenger's state, and must call ``run()``.
    package func join(_ member: Member, _ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        guard member.pointee.heap.worker.pointee.claimStart(system) else { return }
        // Only the shared worker has a thread to start.
        member.pointee.heap.worker.pointee.isStarting.store(false, ordering: .relaxed)
        let starts = underLock {
            append(member)
            return !worker.pointee.isRunning.exchange(true, ordering: .relaxed)
        }
        if !starts { return worker.pointee.wake(system) }
        if WorkerState.startThread(body, UnsafeMutableRawPointer(state)) { return }
        // The heaps work without a worker, and the next growth of one of them tries again.
        underLock {
            worker.pointee.isRunning.store(false, ordering: .relaxed)
            while let member = removeFirst() {
                member.pointee.heap.worker.pointee.isRunning.store(false, ordering: .relaxed)
            }
        }
    }

    /// Removes a heap from the ring, and waits until the worker has looked away from it. The caller holds no lock, and
    /// no other thread uses the heap.
    package func leave(_ member: Member) {
        // Cuts a stretch of release for this heap short.
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

    /// Drops a reference: the owner's, or that of a heap that has left and been torn down. Takes the worker's lock.
    ///
    /// - Returns: true if it was the last one, so that the caller must tear the scavenger down.
    package func dropReference() -> Bool {
        underLock {
            state.pointee.references -= 1
            return state.pointee.references == 0
        }
    }

    /// Ends the worker, and waits until it has ended. The caller holds no lock, and no heap is left.
    package func stop() { worker.pointee.stop(system) }

    // MARK: The worker's turns

    /// The number of heaps in the ring.
    var count: UInt { underLock { state.pointee.count } }

    /// Takes the next heap to look at and moves it to the end of the ring; nil if the ring is empty. The heap cannot
    /// leave until ``endTurn()``.
    func beginTurn() -> Member? {
        underLock {
            guard let member = removeFirst() else { return nil }
            append(member)
            state.pointee.current = member
            return member
        }
    }

    /// Ends a turn, and wakes the thread that waits to remove the heap, if any.
    func endTurn() {
        let isAwaited = underLock {
            defer { state.pointee.isAwaited = false }
            state.pointee.current = nil
            if state.pointee.isAwaited { state.pointee.turns.wrappingAdd(1, ordering: .relaxed) }
            return state.pointee.isAwaited
        }
        // At most one thread waits: the one that is tearing down the heap that was looked at.
        if isAwaited { withUnsafePointer(to: state.pointee.turns) { system.wake($0) } }
    }

    /// Reports a failure of the pacer's controller to all heaps in the ring.
    func noteReset() {
        underLock {
            var next = state.pointee.first
            while let member = next {
                member.pointee.heap.noteReset()
                next = member.pointee.next
            }
        }
    }

    // MARK: The ring, under the worker's lock

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

    /// Removes a heap from the ring, if it is in it.
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
