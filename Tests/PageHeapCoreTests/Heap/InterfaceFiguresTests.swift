import CPageHeapInterface
import PageHeapCore
import Testing

/// Figures on their way through the C interface.
struct InterfaceFiguresTests {
    /// A structure in which every figure has a value of its own.
    private func distinctFigures() -> pageheap_statistics {
        var statistics = pageheap_statistics()
        withUnsafeMutableBytes(of: &statistics) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            for index in words.indices { words[index] = UInt64(1000 + index) << 32 | UInt64(2000 + index) }
        }
        statistics.generation = 77
        statistics.system_bytes = 1 << 60
        statistics.free_retained_bytes =
            statistics.system_bytes - statistics.in_use_bytes - statistics.cached_bytes - statistics.released_bytes
        return statistics
    }

    @Test func figuresThatAreWrittenAreReadBack() throws {
        let original = distinctFigures()
        var copy = pageheap_statistics()
        // These are no figures of a heap: the caller that fills in the rest sets them, too.
        copy.size = original.size
        copy.age_nanoseconds = original.age_nanoseconds
        HeapStatistics(original).write(to: &copy)
        let end = try #require(MemoryLayout<pageheap_statistics>.offset(of: \.thread_caches))
        let expected = withUnsafeBytes(of: original) { Array($0.prefix(end)) }
        #expect(withUnsafeBytes(of: copy) { Array($0.prefix(end)) } == expected)
    }

    @Test func aMallocReportsTheBlocksInItsCaches() throws {
        let malloc = TestMalloc()
        let first = try #require(malloc.allocate(100))
        let second = try #require(malloc.allocate(100_000))
        malloc.free(first)
        var statistics = pageheap_statistics()
        malloc.malloc.write(to: &statistics)
        #expect(statistics.thread_caches == 1 && statistics.thread_cache_blocks > 0)
        #expect(statistics.thread_cache_bytes == statistics.thread_cache_blocks * 112)
        #expect(statistics.live_bytes == statistics.thread_cache_bytes + 13 * 8192)
        malloc.free(second)
        _ = malloc.malloc.releaseFreeMemory()
        malloc.malloc.write(to: &statistics)
        #expect(statistics.thread_cache_blocks == 0 && statistics.live_bytes == 0)
    }

    @Test func aMallocOwnsTheBlocksItReturned() throws {
        let malloc = TestMalloc()
        let block = try #require(malloc.allocate(100))
        #expect(malloc.malloc.owns(block) && !malloc.malloc.owns(0x1000))
    }
}
