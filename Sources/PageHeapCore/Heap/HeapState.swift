import CPageHeap
import Synchronization

/// The whole state of a heap, in memory that does not move. Accessed through the handle ``Heap``, and set up in zeroed
/// memory by ``Heap/start(in:system:configuration:)``: locks and counters are valid when zero.
package struct HeapState<System: OperatingSystem>: ~Copyable {
    // Read by every free, so placed first: the first reservation, if it has a page map. Its grown size, in units of 16
    // bytes, is stored before the first block there is handed out. Relaxed suffices: a thread that has a block has seen
    // what was stored before it was handed out.
    /// The first reservation's process address.
    var firstBase: UInt
    /// Its grown size if frees are not checked; else 0, which disables the fast path.
    let quickUnits: Atomic<UInt>
    /// The low parts of its page map's entries.
    var firstEntries: UnsafeMutablePointer<UInt32>?
    /// Its grown size if frees are checked; else 0.
    let checkedUnits: Atomic<UInt>
    /// Its grown size.
    let grownUnits: Atomic<UInt>
    /// Which of its small blocks are allocated to the program, if frees are checked.
    var blockStates: BlockStates?
    /// Whether there have been more spans than the low parts of entries can tell apart. Changed under the heap lock;
    /// relaxed.
    let hasHighEntries: Atomic<Bool>

    var system: System
    var machine: MachineFigures
    var configuration: HeapConfiguration
    /// Whether pages without physical memory read as zero when they are touched; tested once, at the start. False if
    /// memory is released lazily, because such pages may keep their contents, and on systems where released memory does
    /// not read as zero at all.
    var releasedReadsZero: Bool
    /// Whether memory released with ``ReleaseMethod/now`` reads as zero, whichever method is used for free memory.
    var discardedReadsZero: Bool
    /// Whether the system uses huge pages without being asked.
    var hugePagesComeUnasked: Bool
    /// The region that the heap grew in last, and whether it asked for huge pages there. Guarded by the heap lock.
    var hugePageRegion: (number: UInt, isAsked: Bool)

    /// The page allocator and the ledger, with the heap lock that guards them.
    var locked: LockedPages
    /// The heap's reservations, nearly always only one. Guarded by the heap lock.
    var reservations: InlineArray<8, Reservation>
    var reservationCount: Int
    /// The page caches, shared by the size classes.
    var shards: InlineArray<4, PageCacheShard>
    /// The span records.
    var records: SpanRecords

    /// Held during a release pass by the worker, by a caller in its place, or by a forced release.
    let passLock: FutexLock<LockRanks.Pass>
    /// The number of forks that wait for the pass lock: a long pass lets them go first between system calls.
    let waitingForks: Atomic<UInt32>
    var space: SearchSpace
    /// The goal for retained bytes; the maximum if the scavenger is off. Relaxed: any recent value will do.
    let goal: Atomic<UInt>
    var worker: WorkerState
    /// What the worker, or the callers in its place, carry from round to round; kept here while none is at work. Owned
    /// by the holder of the worker's turn.
    var progress: WorkerProgress
    var hasProgress: Bool
    /// The worker that serves this heap, if several heaps share one: requests wake that one. Set before the heap is
    /// published.
    var sharedWorker: UnsafePointer<WorkerState>?
    /// The raw value of the ``TraceKind``. Relaxed: it may change at any time.
    let trace: Atomic<UInt8>

    /// Nanoseconds of CPU time that allocations have spent on releasing, to offset growth or for the memory limit, and
    /// that forced releases took. Relaxed: statistics.
    let assistNanoseconds: Atomic<UInt64>
    let forcedNanoseconds: Atomic<UInt64>

    /// Bytes of blocks that are allocated to the program or held in thread caches.
    var liveBytes: LiveBytes
    /// The part of the bytes released inside pages in use that owners of runs discarded. Guarded by the heap lock.
    var discardedBytes: ByteCount
    /// Bytes of metadata outside the allocator and the records: page maps, block states, thread caches. Guarded by the
    /// heap lock.
    var otherMetadataBytes: ByteCount
    /// The page where the statistics are published, if any. Written under the heap lock.
    var page: UnsafeMutablePointer<pageheap_statistics_page>?

    /// A wrong free that was noted while locks were held.
    let wrongFree: NotedWrongFree

    // Goals set by the owner.
    /// The heap goal that the owner gave when the last cycle ended; 0 before the first one. Guarded by the heap lock.
    var lastHeapGoal: ByteCount
    /// The soft limit on the bytes that the heap and its metadata have from the system; the maximum if there is none.
    /// Changed under the heap lock; relaxed, because readers without the lock can use any recent value.
    let memoryLimit: Atomic<UInt>
    /// The goal derived from the limit, a little below it; the maximum if there is no limit. Ordered like
    /// `memoryLimit`.
    let limitGoal: Atomic<UInt>
    /// The time budget of allocations that assist in keeping to the limit. Guarded by the heap lock.
    var limitAssists: AssistBudget

    // Teardown of a heap that is abandoned while runs are still in use. Guarded by the heap lock.
    /// Whether only runs still refer to the heap.
    var isAbandoned: Bool
    /// Threads that have freed a run and have yet to wake or start the worker.
    var wakesUnderWay: UInt32

    /// The most recent trace records. Guarded by the heap lock.
    var traces: TraceRecords
}
