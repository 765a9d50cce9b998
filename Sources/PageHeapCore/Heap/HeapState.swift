import CPageHeap
import Synchronization

/// All of a heap, in memory that does not move. Reached through ``Heap``, a handle, and set up in zeroed memory by
/// ``Heap/start(in:system:configuration:)``: all locks and counters are right when they are zero.
package struct HeapState<System: OperatingSystem>: ~Copyable {
    // What every free looks at, first: the first reservation, if it has a span table. What has grown of it, in units of 16
    // bytes, is stored before the first block there is given out. Relaxed: whoever has a block has seen what came before it.
    /// The first reservation's address.
    var firstBase: UInt
    /// What has grown of it, if frees are not checked; else 0, so that none takes the short way.
    let quickUnits: Atomic<UInt>
    /// The low parts of its span table's entries.
    var firstEntries: UnsafeMutablePointer<UInt32>?
    /// What has grown of it, if frees are checked; else 0.
    let checkedUnits: Atomic<UInt>
    /// What has grown of it.
    let grownUnits: Atomic<UInt>
    /// Which of its small blocks are with the program, if frees are checked.
    var blockStates: BlockStates?
    /// There have been more spans than the low parts of entries can tell apart. Changed under the heap lock; relaxed.
    let hasHighEntries: Atomic<Bool>

    var system: System
    var machine: MachineFigures
    var configuration: HeapConfiguration
    /// Whether pages without physical memory read as zero when they are touched: found out once, at the start. False
    /// where memory is released lazily, because such pages may keep what they held, and on systems that say
    /// so of all released memory.
    var releasedReadsZero: Bool
    /// Whether memory that is released ``ReleaseMethod/now`` does, whatever is done with free memory.
    var discardedReadsZero: Bool
    /// Whether the system uses huge pages where nobody asked for them.
    var hugePagesComeUnasked: Bool

    /// The page allocator and the books, with the heap lock.
    var locked: LockedPages
    /// What the heap has reserved; the first one is nearly always the only one. Guarded by the heap lock.
    var reservations: InlineArray<8, Reservation>
    var reservationCount: Int
    /// Page caches, shared by the size classes.
    var shards: InlineArray<4, PageCacheShard>
    /// The records of spans.
    var records: SpanRecords

    /// Held by whoever releases memory in a pass: background, forced.
    let passLock: FutexLock<LockRanks.Pass>
    /// Forks that wait for the pass lock: a long pass lets them through between system calls.
    let waitingForks: Atomic<UInt32>
    var space: SearchSpace
    /// What retained bytes are driven to; the maximum where the scavenger is off. Relaxed: any recent value will do.
    let goal: Atomic<UInt>
    var worker: WorkerState
    /// What a worker, or the callers that stand in for it, carries from round to round: kept while none is at work. Owned
    /// by whoever has the worker's turn.
    var progress: WorkerProgress
    var hasProgress: Bool
    /// The worker that sleeps in this one's stead, where several heaps share one: whoever has something for the worker
    /// wakes that one. Set before anybody has the heap.
    var sharedWorker: UnsafePointer<WorkerState>?
    /// A ``TraceKind``'s raw value. Relaxed: it may change at any time.
    let trace: Atomic<UInt8>

    /// Nanoseconds of CPU time that allocations have spent on releasing, to offset growth or for the memory limit, and that
    /// forced releases took. Relaxed: figures.
    let assistNanoseconds: Atomic<UInt64>
    let forcedNanoseconds: Atomic<UInt64>

    /// Bytes of blocks that are with threads' caches or the program.
    var liveBytes: LiveBytes
    /// Of what is released inside pages in use, the part that owners of runs discarded. Guarded by the heap lock.
    var discardedBytes: ByteCount
    /// Metadata outside the allocator and the records: span tables, caches. Guarded by the heap lock.
    var otherMetadataBytes: ByteCount
    /// Where the heap's figures are published. Written under the heap lock.
    var page: UnsafeMutablePointer<pageheap_statistics_page>?

    /// A wrong free that was found while locks were held.
    let wrongFree: NotedWrongFree

    // Goals that are not the worker's own.
    /// The heap goal that the owner gave when the last cycle ended; 0 before the first one. Guarded by the heap lock.
    var lastHeapGoal: ByteCount
    /// The most bytes that the heap and its metadata should have from the system; the maximum where there is no limit.
    /// Changed under the heap lock; relaxed, because without it any recent value will do.
    let memoryLimit: Atomic<UInt>
    /// What they are driven to for it, a little less; the maximum where there is no limit. The same.
    let limitGoal: Atomic<UInt>
    /// What allocations may spend on keeping to the limit. Guarded by the heap lock.
    var limitAssists: AssistBudget

    // The end of a heap whose runs outlive everybody's reference to it. Guarded by the heap lock.
    /// Only runs refer to the heap any more.
    var isAbandoned: Bool
    /// Threads that have freed a run, and have still to wake the worker.
    var wakesUnderWay: UInt32

    /// What the trace has told of late. Guarded by the heap lock.
    var traces: TraceRecords
}
