import CPageHeap
import CPageHeapInterface
import PageHeapCore

/// The figures of the process's malloc at one moment, in bytes unless the name says otherwise.
///
/// What threads' caches hold is close and not exact, because threads work on them without a lock; all else is one
/// consistent snapshot.
public struct MallocStatistics: Hashable, Codable, Sendable {
    /// What every heap has. Physical pages that were released inside spans count as released, and not as in use.
    public let heap: PageHeap.Statistics
    /// In blocks that the program holds.
    public let blockBytes: Int
    /// In free blocks that threads keep for themselves.
    public let threadCacheBytes: Int
    /// How many blocks those are.
    public let threadCacheBlocks: Int
    /// How many threads have a cache.
    public let threadCaches: Int
    /// Free physical pages inside spans of blocks, without physical memory: part of ``PageHeap/PageHeap/Statistics/releasedBytes``.
    public let releasedInSpansBytes: Int
    /// Ever given back inside spans, for whatever reason: apart from the totals in ``heap``.
    public let releasedInSpansTotalBytes: Int

    init(_ statistics: pageheap_statistics) {
        var figures = HeapFigures(statistics)
        // A heap of pages has no spans: there, memory is in use or released, never both.
        figures.books.inUse = figures.books.used
        figures.books.released += figures.books.releasedInSpans
        figures.books.releasedInSpans = 0
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
