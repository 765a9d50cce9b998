import CPageHeapInterface
import PageHeapCore

/// The statistics of the process's malloc at one moment, in bytes unless the name says otherwise.
///
/// The statistics of the heap are one consistent snapshot. The other figures are approximate, because threads use their
/// caches without a lock.
public struct MallocStatistics: Hashable, Codable, Sendable {
    /// The statistics that every heap has.
    public let heap: PageHeap.Statistics
    /// The size of all blocks that the program holds.
    public let blockBytes: Int
    /// The size of all free blocks in thread caches.
    public let threadCacheBytes: Int
    /// The number of free blocks in thread caches.
    public let threadCacheBlocks: Int
    /// The number of threads that have a cache.
    public let threadCaches: Int

    init(_ statistics: pageheap_statistics, _ caches: pageheap_thread_caches) {
        heap = PageHeap.Statistics(statistics, processors: SystemHeap.processors)
        // The two are of different moments.
        let cached = min(caches.thread_cache_bytes, statistics.live_bytes)
        blockBytes = Int(clamping: statistics.live_bytes - cached)
        threadCacheBytes = Int(clamping: cached)
        threadCacheBlocks = Int(clamping: caches.thread_cache_blocks)
        threadCaches = Int(clamping: caches.thread_caches)
    }
}
