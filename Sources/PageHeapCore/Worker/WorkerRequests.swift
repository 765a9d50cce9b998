import Synchronization

/// What a heap and its worker tell each other: whether a worker looks after the heap, whether the heap is parked, and
/// how many requests there were.
///
///     absent ──join──▶ parked ──request──▶ looked after ──nothing to give──▶ parked …
///
/// A heap is *parked* while it has nothing to give. There is no other monitor: the first significant free while it is
/// parked wakes the worker, after its locks are dropped. A heap joins a worker parked, with a request pending.
package struct WorkerRequests: ~Copyable {
    /// The count of requests. Releasing, and acquiring where the worker reads it: the worker sees what led to a
    /// request.
    private let requests = Atomic<UInt32>(0)
    /// Whether a free must wake the worker. Sequentially consistent where it is set and where a free reads it: after
    /// setting it, the worker checks whether anything was freed, and one of the two sees the other.
    private let parked = Atomic<Bool>(false)
    /// Whether the heap is in a worker's ring and the worker has a thread. Changed under the worker's lock; relaxed,
    /// because a look without the lock is only a hint. The end of an idle worker is sequentially consistent: see
    /// ``Worker/endIfUnasked(since:)``.
    private let served = Atomic<Bool>(false)
    /// Whether the heap leaves its worker. Relaxed: the one who sets it waits for the worker under the worker's lock.
    private let leaving = Atomic<Bool>(false)
    /// Bytes freed since the heap was parked; without a worker, since one was last considered. Relaxed: a trigger.
    private let freed = Atomic<UInt>(0)
    /// The lowest excess, in bytes retained beyond the heap's need, since the worker last had nothing more to do: what
    /// no worker could release. Relaxed: a hint.
    private let restingExcess = Atomic<UInt>(0)

    package init() {}

    // MARK: Requests

    /// The number of requests so far.
    var count: UInt32 { requests.load(ordering: .acquiring) }

    /// Counts a request. The worker must be woken after it.
    func raise() { requests.wrappingAdd(1, ordering: .releasing) }

    // MARK: Service

    /// Whether a worker looks after the heap. A hint.
    package var isServed: Bool { served.load(ordering: .relaxed) }

    /// The same, asked by a thread that has just signalled the worker: either the worker sees the signal before it
    /// ends, or this is false.
    var isStillServed: Bool { served.load(ordering: .sequentiallyConsistent) }

    /// Has a worker look after the heap from now on. The caller holds the worker's lock.
    package func join() {
        freed.store(0, ordering: .relaxed)
        parked.store(true, ordering: .sequentiallyConsistent)
        raise()
        resume()
    }

    /// Takes back a ``dismiss()``. The caller holds the worker's lock.
    func resume() { served.store(true, ordering: .relaxed) }

    /// Has no worker look after the heap any more. The caller holds the worker's lock.
    package func dismiss() { served.store(false, ordering: .sequentiallyConsistent) }

    var isLeaving: Bool { leaving.load(ordering: .relaxed) }

    /// Cuts a stretch of release for this heap short; no worker will look after it again.
    func leave() { leaving.store(true, ordering: .relaxed) }

    // MARK: Parking

    /// Whether the heap is parked. A hint, except for the worker.
    package var isParked: Bool { parked.load(ordering: .relaxed) }

    /// Marks the heap parked. The worker looks for what was freed only after it.
    package func park() {
        freed.store(0, ordering: .relaxed)
        parked.store(true, ordering: .sequentiallyConsistent)
    }

    /// Marks the heap active again: frees need not wake the worker.
    package func endPark() { parked.store(false, ordering: .relaxed) }

    /// Counts freed bytes if the heap is parked or has no worker.
    ///
    /// - Returns: whether ``Tunables/wakeBytes`` have been freed since the last time, to exactly one of the threads that
    ///   free. The count begins anew with it, so that no state that it was left in can keep it from ever coming again.
    package func count(freed bytes: ByteCount, isServed: Bool) -> Bool {
        guard !isServed || parked.load(ordering: .sequentiallyConsistent) else { return false }
        noteSharedWrite(to: freed)
        let now = freed.wrappingAdd(bytes.rawValue, ordering: .relaxed).newValue
        return now >= Tunables.wakeBytes.rawValue
            && freed.exchange(0, ordering: .relaxed) >= Tunables.wakeBytes.rawValue
    }

    /// Begins the count of freed bytes anew.
    func forgetFreed() { freed.store(0, ordering: .relaxed) }

    // MARK: Rest

    /// Stores what is retained beyond the heap's need when there is nothing more to do.
    func noteRest(_ excess: ByteCount) { restingExcess.store(excess.rawValue, ordering: .relaxed) }

    /// Whether the heap retains so much more than when there was last nothing to do that it is worth a thread.
    func isWorthWorker(_ excess: ByteCount) -> Bool {
        let resting = restingExcess.load(ordering: .relaxed)
        if excess.rawValue < resting { restingExcess.store(excess.rawValue, ordering: .relaxed) }
        return excess.rawValue >= resting &+ Tunables.workerStartExcess.rawValue
    }

    /// Resets the state in a forked child, where no worker looks after the heap.
    func becomeChild() {
        dismiss()
        endPark()
        forgetFreed()
    }
}
