import Synchronization

/// The state of the background worker.
///
///     begin ─▶ parked ──request──▶ runs ──▶ rests ──time is up, or a request──▶ runs …
///                 ▲                   └── nothing to give ──▶ parked
///
/// The worker sleeps on ``signal``; a thread with a request increments ``signal`` and wakes the worker (the Go design's
/// `ready` and `wake` in one). The worker reads ``signal`` before it looks for work, and sleeps only while it has not
/// changed, so a request made in between is not lost. There is no other monitor: the first significant free while the
/// worker is parked wakes it, after its locks are dropped.
package struct WorkerState: ~Copyable {
    /// The worker lock. It guards starting and stopping.
    package let lock = FutexLock<LockRanks.Worker>()
    /// The count of requests; the worker waits for it to change. Raised and, before the worker ends, read sequentially
    /// consistent, so that a request and the end of the worker cannot miss each other; acquiring loads elsewhere, so
    /// that the worker sees what led to a request.
    package let signal = Atomic<UInt32>(0)
    /// Whether the worker sleeps without limit, so that a free must wake it. Sequentially consistent where it is set
    /// and where a free reads it: after setting it, the worker checks whether anything was freed, and one of the two
    /// sees the other.
    package let isParked = Atomic<Bool>(false)
    /// Whether there is enough to release for a worker, and no worker. Relaxed: a hint, checked again under the lock.
    package let isWanted = Atomic<Bool>(false)
    /// Whether the worker is to end. Relaxed: a wake-up follows.
    package let shouldStop = Atomic<Bool>(false)
    /// 1 once the worker has ended for good. Releasing and acquiring: the thread that waits for it may free the
    /// worker's memory.
    package let ended = Atomic<UInt32>(0)
    /// Whether the thread exists. Changed under the lock; relaxed, because a look without the lock is only a hint. The
    /// end of an idle worker is sequentially consistent: see ``endIfUnasked(since:)``.
    package let isRunning = Atomic<Bool>(false)
    /// The identity of the worker's thread; 0 if none is at work. Acquiring and releasing: a successor sees what its
    /// predecessor left.
    package let thread = Atomic<UInt>(0)
    /// Whether a thread has the turn: the worker itself, or a caller in its place for a moment. Acquiring and
    /// releasing, as above.
    package let isTurnTaken = Atomic<Bool>(false)
    /// Whether the pacer's controller has failed since the last trace line. Relaxed: a figure.
    package let wasReset = Atomic<Bool>(false)
    /// The number of times it failed. Relaxed: a figure.
    package let resets = Atomic<UInt64>(0)
    /// Nanoseconds of CPU time used in the ten seconds before the monotonic time `recentEnd`. Relaxed: figures.
    package let recentNanoseconds = Atomic<UInt64>(0)
    package let recentEnd = Atomic<Int64>(0)
    /// The CPU time of the worker's thread in nanoseconds. Relaxed: a figure.
    package let processorNanoseconds = Atomic<UInt64>(0)
    /// Bytes freed since the worker was parked, or since it was lost in a fork. Relaxed: a trigger.
    package let freedSinceParked = Atomic<UInt>(0)
    /// The lowest excess, in bytes retained beyond the heap's need, since the worker last had nothing more to do: what
    /// no worker could release. Relaxed: a hint.
    package let restingExcess = Atomic<UInt>(0)
    /// Whether callers have something to do: a worker is wanted, callers release, or the quota must be read. Calls of
    /// the program check this. Relaxed: set after the condition that it stands for.
    package let needsCallers = Atomic<Bool>(false)
    /// The number of hold-offs that keep the worker from starting, for example by a fork. Changed under the lock, as
    /// are the next two members.
    package let holdOffs = Atomic<UInt32>(0)
    /// Whether a start was claimed whose outcome has not been noted yet.
    package let isStarting = Atomic<Bool>(false)
    /// Threads started, and attempts that the system refused. Relaxed: figures.
    package let starts = Atomic<UInt64>(0)
    package let startFailures = Atomic<UInt64>(0)
    /// The number of refused attempts since the last success.
    package let failuresInARow = Atomic<UInt32>(0)
    /// The raw value of a ``CallerRelease``. Relaxed: a hint. It never leaves `forGood`.
    package let callerRelease = Atomic<UInt8>(0)
    /// While callers release for a time: when to try to start a worker again, in coarse monotonic nanoseconds. Relaxed.
    package let retryTime = Atomic<Int64>(0)
    /// When callers have to look for work next, in coarse monotonic nanoseconds. Relaxed: a caller that reads an old
    /// value looks in vain.
    package let nextCallerLook = Atomic<Int64>(0)
    /// Whether the worker wants a thread of the program to read the CPU quota again. Relaxed: a hint.
    package let wantsQuota = Atomic<Bool>(false)
    /// The number of times the worker woke up, by a request or a timeout. Relaxed: a figure.
    package let wakeUps = Atomic<UInt64>(0)

    package init() {}

    /// Resets the state in a forked child, which has no worker thread: no thread has the turn, and the figures begin
    /// anew.
    func becomeChild() {
        holdOffs.store(0, ordering: .relaxed)
        isStarting.store(false, ordering: .relaxed)
        isTurnTaken.store(false, ordering: .relaxed)
        failuresInARow.store(0, ordering: .relaxed)
        isRunning.store(false, ordering: .relaxed)
        isWanted.store(false, ordering: .relaxed)
        isParked.store(false, ordering: .relaxed)
        shouldStop.store(false, ordering: .relaxed)
        thread.store(0, ordering: .relaxed)
        freedSinceParked.store(0, ordering: .relaxed)
        processorNanoseconds.store(0, ordering: .relaxed)
        recentNanoseconds.store(0, ordering: .relaxed)
        wakeUps.store(0, ordering: .relaxed)
        resets.store(0, ordering: .relaxed)
        wasReset.store(false, ordering: .relaxed)
    }

    /// Makes the next call of the program on a slow path check ``needsCallers``.
    func callCallers() { needsCallers.store(true, ordering: .relaxed) }

    /// Requests that a worker be started.
    func want() {
        isWanted.store(true, ordering: .relaxed)
        callCallers()
    }

    /// Signals the worker. Sequentially consistent, against a worker that ends because it was not signalled
    /// (``endIfUnasked(since:)``).
    package func raise() {
        signal.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }
}

/// Whether callers release memory in place of the worker.
package enum CallerRelease: UInt8, Sendable {
    /// No: a worker can be started.
    case no
    /// Until a thread can be created again.
    case forATime
    /// For good: the process must have no thread of the heap.
    case forGood
}
