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
    /// Whether the heap has grown enough for a worker, and has none. Relaxed: a hint, looked at again under the lock.
    package let isWanted = Atomic<Bool>(false)
    /// The worker is to end. Relaxed: a wake-up follows.
    package let shouldStop = Atomic<Bool>(false)
    /// 1 when the worker has ended. Releasing and acquiring: whoever waits may take its memory away.
    package let ended = Atomic<UInt32>(0)
    /// Whether the thread is there. Changed under the lock; relaxed, because a look without it is only a hint.
    package let isRunning = Atomic<Bool>(false)
    /// What tells the worker's thread from others; 0 where none is at work. Acquiring and releasing: a successor finds what
    /// its forerunner left.
    package let thread = Atomic<UInt>(0)
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
    /// Bytes that the heap has grown to. Relaxed: a hint whether a worker is worth its while.
    package let grownBytes = Atomic<UInt>(0)
    /// Times the worker woke up, by a request or because its time was up. Relaxed: a figure.
    package let wakeUps = Atomic<UInt64>(0)

    package init() {}

    /// In the child of a fork, where the thread did not come along: nobody works, and the figures begin anew.
    func becomeChild() {
        isRunning.store(false, ordering: .relaxed)
        isWanted.store(false, ordering: .relaxed)
        isParked.store(false, ordering: .relaxed)
        thread.store(0, ordering: .relaxed)
        freedSinceParked.store(0, ordering: .relaxed)
        processorNanoseconds.store(0, ordering: .relaxed)
        recentNanoseconds.store(0, ordering: .relaxed)
        wakeUps.store(0, ordering: .relaxed)
        resets.store(0, ordering: .relaxed)
        wasReset.store(false, ordering: .relaxed)
    }

    /// Asks the worker to look.
    package func raise() {
        signal.wrappingAdd(1, ordering: .releasing)
    }
}
