import CPageHeap
import Synchronization

/// The whole state of a heap, in memory that does not move. Accessed through the handle ``Heap``, and set up in zeroed
/// memory by ``Heap/start(in:system:configuration:for:)``: locks and counters are valid when zero.
package struct HeapState<System: OperatingSystem>: ~Copyable {
    var system: System
    var machine: MachineFigures
    var configuration: HeapConfiguration
    /// Whether memory released with ``ReleaseMethod/now`` reads as zero; tested once, at the start.
    var discardedReadsZero: Bool
    /// Whether the system uses huge pages without being asked.
    var hugePagesComeUnasked: Bool

    /// The page allocator and the ledger, with the heap lock that guards them.
    var locked: LockedPages
    var addressSpace: AddressSpace
    /// The page caches; see ``Heap/pageCaches``.
    var shards: PageCaches.Shards
    var goals: Goals

    let pass: PassLock
    var space: SearchSpace
    /// What the heap and its worker know of each other.
    var member: RingMember<System>
    /// A worker of this heap's own, unused if several heaps share one.
    var ownWorker: WorkerState<System>
    let times: ReleaseTimes
    /// The time budget of allocations that assist in keeping to the memory limit. Guarded by the heap lock.
    var limitAssists: AssistBudget

    /// Bytes of blocks that are allocated to the program or held in thread caches.
    var liveBytes: LiveBytes
    /// The page where the statistics are published, if any. Written under the heap lock.
    var page: UnsafeMutablePointer<pageheap_statistics_page>?
    var trace: TraceLog
    var abandonment: Abandonment
}
