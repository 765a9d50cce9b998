import Synchronization

/// The state of the background worker.
///
/// The worker sleeps on `signal`; whoever has something for it raises `signal` and wakes it. There is no other monitor:
/// the first free that matters while the worker is parked does that, after its locks are dropped.
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
    /// The thread's own CPU time, in nanoseconds. Relaxed: a figure.
    package let processorNanoseconds = Atomic<UInt64>(0)
    /// Bytes freed since the worker was parked, or since it did not survive a fork. Relaxed: a trigger.
    package let freedSinceParked = Atomic<UInt>(0)
    /// Bytes that the heap has grown to. Relaxed: a hint whether a worker is worth its while.
    package let grownBytes = Atomic<UInt>(0)
    /// Times the worker woke up. Relaxed: a figure.
    package let wakeUps = Atomic<UInt64>(0)

    package init() {}

    /// Asks the worker to look.
    package func raise() {
        signal.wrappingAdd(1, ordering: .releasing)
    }
}
