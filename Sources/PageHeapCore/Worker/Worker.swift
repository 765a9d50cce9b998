import Synchronization

/// The background scavenger's thread: it looks at heaps, ends their cycles, releases their memory, and sleeps.
///
/// **A ring.** A worker has a ring of heaps. Each stretch of release is for the first heap with memory to give, which
/// then goes to the end, so that all such heaps get the same time. A heap with nothing to give is parked, and its
/// requests wake the worker; when all heaps are parked, the worker sleeps until one of them asks. The malloc's heap,
/// and a heap of the Swift library that shares no scavenger, have a worker of their own: a ring of one.
///
/// **Rounds.** A round is a sweep over the ring and a sleep (`Worker+Rounds`). One clock, one pacer and one bound on
/// the share of CPU time serve all heaps (``WorkerProgress``). A look at a heap (`Worker+Look`) serves its requests,
/// ends its cycle if that is due, releases for a stretch of a millisecond, and parks the heap if nothing is left to do.
/// The CPU time goes to the account of the heap that it was spent on.
///
/// **Life.** The thread begins when the first heap joins, and heaps join when they retain so much that it is worth a
/// thread (`Worker+Life`). A heap of the malloc leaves after two seconds without use, and with it goes the thread,
/// because programs notice a thread; other workers stay as long as their owner and heaps.
///
/// Consequences:
///
/// - A heap with nothing to give is not polled. A request is two increments and one wake-up.
/// - A look is taken without the lock of the ring, because it may take a millisecond. A heap that leaves waits until
///   the worker looks away from it, and then is not touched again.
/// - Nothing is lost when a thread ends: the progress lies in the worker's and the heap's state, owned by the thread
///   that has the turn (``WorkerThread``). The next thread goes on with it, as do calls of the program in its place.
/// - With many heaps there is always news, so requests cut a sleep after work short only once it has lasted a second;
///   with one heap they do so at once. See `rest` in `Worker+Rounds`.
///
/// A handle on a ``WorkerState``; copies refer to the same worker.
package struct Worker<System: OperatingSystem> {
    package typealias Member = UnsafeMutablePointer<RingMember<System>>

    package let state: UnsafeMutablePointer<WorkerState<System>>

    package init(_ state: UnsafeMutablePointer<WorkerState<System>>) { self.state = state }

    /// Sets a worker up in memory that the caller provides. The caller owns its first reference.
    ///
    /// - Parameters:
    ///   - state: zeroed memory, which must not move.
    ///   - share: the share of CPU time to aim for over all heaps, 0.001 to 1.
    ///   - pacer: how to pace.
    ///   - patience: nanoseconds without anything to do after which the thread ends; nil if it never ends by itself; so
    ///     it must be for a worker that serves several heaps.
    ///   - servesControl: whether it serves requests of other processes, and stays for them.
    package init(
        startedIn state: UnsafeMutablePointer<WorkerState<System>>, _ system: System, share: Double, pacer: PacerKind,
        patience: Int64? = nil, servesControl: Bool = false
    ) {
        self.state = state
        state.pointee.start(
            system, share: share, pacer: pacer, patience: patience, servesControl: servesControl)
    }

    package var thread: UnsafePointer<WorkerThread> { withUnsafePointer(to: state.pointee.thread) { $0 } }

    var starts: UnsafePointer<WorkerStarts> { withUnsafePointer(to: state.pointee.starts) { $0 } }

    /// What the worker carries from round to round. The caller has the turn.
    var progress: UnsafeMutablePointer<WorkerProgress> { withUnsafeMutablePointer(to: &state.pointee.progress) { $0 } }

    var system: System { state.pointee.system }

    func underLock<Result>(_ body: () -> Result) -> Result {
        thread.pointee.lock.lock()
        defer { thread.pointee.lock.unlock() }
        return body()
    }

    /// How the worker is paced.
    var pacer: PacerKind { state.pointee.pacer }

    // MARK: Heaps that share a worker

    /// Attaches a new, unpublished heap to this worker, in place of one of its own. The heap holds a reference from now
    /// on, and enters the ring when it wants a worker (``join(_:start:)``).
    package func attach(_ heap: Heap<System>) {
        heap.member.pointee.start(heap, worker: self)
        underLock { state.pointee.addReference() }
    }

    /// Drops a reference: the owner's, or that of a heap that has left and been torn down. Takes the worker's lock.
    ///
    /// - Returns: true if it was the last one, so that the caller must tear the worker down.
    package func dropReference() -> Bool { underLock { state.pointee.dropReference() } }

    /// Removes a heap from the ring, and waits until the worker has looked away from it. The caller holds no lock, and
    /// no other thread uses the heap.
    package func leave(_ member: Member) {
        member.pointee.requests.leave()
        thread.pointee.lock.lock()
        state.pointee.ring.remove(member)
        while let (word, value) = state.pointee.ring.awaitLook(at: member) {
            thread.pointee.lock.unlock()
            _ = system.wait(word, while: value, nanoseconds: -1)
            thread.pointee.lock.lock()
        }
        thread.pointee.lock.unlock()
    }
}
