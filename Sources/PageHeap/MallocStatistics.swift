import CPageHeapInterface
import PageHeapCore

/// The statistics of the process's malloc at one moment, in bytes unless the name says otherwise.
///
/// The statistics of the heap are one consistent snapshot. The other figures are approximate, because threads use their
/// caches without a lock.
public struct MallocStatistics: Hashable, Codable, Sendable {
    /// The statistics that every heap has.
    public let heap: PagedHeap.Statistics
    /// The size of all blocks that the program holds.
    public let blockByteCount: Int
    /// The size of all free blocks in thread caches.
    public let threadCacheByteCount: Int
    /// The number of free blocks in thread caches.
    public let threadCacheBlockCount: Int
    /// The number of threads that have a cache.
    public let threadCacheCount: Int

    init(_ statistics: pageheap_statistics, _ caches: pageheap_thread_caches) {
        heap = PagedHeap.Statistics(statistics, processors: SystemHeap.processors)
        // The two are of different moments.
        let cached = min(caches.thread_cache_bytes, statistics.live_bytes)
        blockByteCount = Int(clamping: statistics.live_bytes - cached)
        threadCacheByteCount = Int(clamping: cached)
        threadCacheBlockCount = Int(clamping: caches.thread_cache_blocks)
        threadCacheCount = Int(clamping: caches.thread_caches)
    }
}
