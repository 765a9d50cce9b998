import CPageHeap
import CPageHeapInterface
import PageHeapCore

/// The statistics of the process's malloc at one moment, in bytes unless the name says otherwise.
///
/// The figures of thread caches are approximate, because threads use their caches without a lock. All others are one
/// consistent snapshot.
public struct MallocStatistics: Hashable, Codable, Sendable {
    /// The statistics that every heap has. Physical pages that were released inside spans count as released,
    /// not as in use.
    public let heap: PageHeap.Statistics
    /// The size of all blocks that the program holds.
    public let blockBytes: Int
    /// The size of all free blocks in thread caches.
    public let threadCacheBytes: Int
    /// The number of free blocks in thread caches.
    public let threadCacheBlocks: Int
    /// The number of threads that have a cache.
    public let threadCaches: Int
    /// Free physical pages inside spans of blocks, without physical memory: part of
    /// ``PageHeap/PageHeap/Statistics/releasedBytes``.
    public let releasedInSpansBytes: Int
    /// The total ever released inside spans, whatever the cause. Not included in the totals of ``heap``.
    public let releasedInSpansTotalBytes: Int

    init(_ statistics: pageheap_statistics) {
        var figures = HeapStatistics(statistics)
        // In a heap of pages, which has no spans, memory is either in use or released, never both.
        figures.ledger.inUse = figures.ledger.used
        figures.ledger.released += figures.ledger.releasedInSpans
        figures.ledger.releasedInSpans = 0
        heap = PageHeap.Statistics(
            figures, age: Double(statistics.age_nanoseconds) / 1e9, processors: SystemHeap.processors)
        blockBytes = Int(clamping: statistics.live_bytes - statistics.thread_cache_bytes)
        threadCacheBytes = Int(clamping: statistics.thread_cache_bytes)
        threadCacheBlocks = Int(clamping: statistics.thread_cache_blocks)
        threadCaches = Int(clamping: statistics.thread_caches)
        releasedInSpansBytes = Int(clamping: statistics.released_in_spans_bytes)
        releasedInSpansTotalBytes = Int(clamping: statistics.released_in_spans_total_bytes)
    }
}
