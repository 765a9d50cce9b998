import Synchronization

/// The state of the background worker.
///
///     begin ─▶ parked ──request──▶ runs ──▶ rests ──time is up, or a request──▶ runs …
///                ▲                   └── nothing to give ──▶ parked
///
/// The worker sleeps on `signal`; whoever has something for it raises `signal` and wakes it (`ready` and `wake` of the
/// design in one). It reads `signal` before it looks for work, and sleeps only while that has not changed: a request
/// that comes in between is not lost. There is no other monitor: the first free that matters while the worker is parked
/// wakes it, after its locks are dropped.
package struct WorkerState: ~Copyable {
    /// Guards starting and stopping.
    package let lock = FutexLock<LockRanks.Worker>()
    /// Counts requests; the worker waits for it to change. Releasing and acquiring: what led to a request is seen by
    /// the worker.
    package let signal = Atomic<UInt32>(0)
    /// Whether the worker sleeps without end, so that somebody has to wake it. Sequentially consistent where it is set and
    /// where a free looks at it: the worker then looks whether anything was freed, and one of the two sees the other.
    package let isParked = Atomic<Bool>(false)
    /// Whether there is enough to give back for a worker, and there is none. Relaxed: a hint, looked at again under the lock.
    package let isWanted = Atomic<Bool>(false)
    /// The worker is to end. Relaxed: a wake-up follows.
    package let shouldStop = Atomic<Bool>(false)
    /// 1 when the worker has ended for good. Releasing and acquiring: whoever waits may take its memory away.
    package let ended = Atomic<UInt32>(0)
    /// Whether the thread is there. Changed under the lock; relaxed, because a look without it is only a hint.
    package let isRunning = Atomic<Bool>(false)
    /// What tells the worker's thread from others; 0 where none is at work. Acquiring and releasing: a successor finds what
    /// its forerunner left.
    package let thread = Atomic<UInt>(0)
    /// Somebody does the worker's work: the worker itself, or a caller that stands in for it for a moment. Acquiring and
    /// releasing, as above.
    package let isTurnTaken = Atomic<Bool>(false)
    /// The pacer's controller has failed since the last line of the trace. Relaxed: a figure.
    package let wasReset = Atomic<Bool>(false)
    /// Times that it failed. Relaxed: a figure.
    package let resets = Atomic<UInt64>(0)
    /// Nanoseconds of CPU time in the last ten seconds before the monotonic time `recentEnd`. Relaxed: figures.
    package let recentNanoseconds = Atomic<UInt64>(0)
    package let recentEnd = Atomic<Int64>(0)
    /// The thread's own CPU time, in nanoseconds. Relaxed: a figure.
    package let processorNanoseconds = Atomic<UInt64>(0)
    /// Bytes freed since the worker was parked, or since it did not survive a fork. Relaxed: a trigger.
    package let freedSinceParked = Atomic<UInt>(0)
    /// Bytes that the heap retained beyond its need when the worker last had nothing more to do, or less since: what no
    /// worker could give back. Relaxed: a hint.
    package let restingExcess = Atomic<UInt>(0)
    /// One of the three holds: a worker is wanted, callers release, the quota is wanted. What calls of the program look at.
    /// Relaxed: set after what it stands for.
    package let needsCallers = Atomic<Bool>(false)
    /// Those who keep the worker from starting: a fork, for example. Changed under the lock, as the two that follow.
    package let holdOffs = Atomic<UInt32>(0)
    /// A start was claimed, and what became of it was not noted yet.
    package let isStarting = Atomic<Bool>(false)
    /// Threads started, and attempts that the system refused. Relaxed: figures.
    package let starts = Atomic<UInt64>(0)
    package let startFailures = Atomic<UInt64>(0)
    /// Refused attempts since the last one that succeeded.
    package let failuresInARow = Atomic<UInt32>(0)
    /// A ``CallerRelease``'s raw value. Relaxed: a hint, and never back from `forGood`.
    package let callerRelease = Atomic<UInt8>(0)
    /// While callers release for a time: when to try for a worker again, in coarse monotonic nanoseconds. Relaxed.
    package let retryTime = Atomic<Int64>(0)
    /// When callers have to look next, in coarse monotonic nanoseconds. Relaxed: whoever comes too late looks for nothing.
    package let nextCallerLook = Atomic<Int64>(0)
    /// When the worker wants the processor quota read anew, by a thread of the program's. Relaxed: a hint.
    package let wantsQuota = Atomic<Bool>(false)
    /// Times the worker woke up, by a request or because its time was up. Relaxed: a figure.
    package let wakeUps = Atomic<UInt64>(0)

    package init() {}

    /// In a child process, where the thread did not come along: nobody works, and the figures begin anew.
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

    /// Has the next call of the program that takes the long way look what it has to do.
    func callCallers() { needsCallers.store(true, ordering: .relaxed) }

    /// Asks for a worker.
    func want() {
        isWanted.store(true, ordering: .relaxed)
        callCallers()
    }

    /// Asks the worker to look. Sequentially consistent, against a worker that ends because nobody asked
    /// (``endIfUnasked(since:)``).
    package func raise() {
        signal.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }
}

/// Whether callers release memory in the worker's stead.
package enum CallerRelease: UInt8, Sendable {
    /// No: a worker can be had.
    case no
    /// Until a thread can be had again.
    case forATime
    /// For good: the process must have no thread of the heap's.
    case forGood
}
