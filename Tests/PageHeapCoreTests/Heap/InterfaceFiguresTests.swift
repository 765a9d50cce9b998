import CPageHeapInterface
import PageHeapCore
import PageHeapSimulation
import Testing

/// Figures on their way through the C structure.
struct InterfaceFiguresTests {
    @Test func figuresAreThoseOfTheLedgerAndAddUp() throws {
        let test = TestMalloc()
        let blocks = try (0..<8000).map { _ in try #require(test.allocate(512)) }
        for (place, address) in blocks.enumerated() where place % 32 != 0 { test.free(address) }
        var cycle = DemandCycle(now: 0)
        while test.runCycle(&cycle) {}
        let figures = test.malloc.heap.figures()
        let (ledger, values) = (figures.ledger, figures.values)
        #expect(values.size == MemoryLayout<pageheap_statistics>.size)
        #expect(values.released_in_use_bytes > 500_000)
        #expect(values.in_use_bytes + values.released_in_use_bytes == ledger.inUse.rawValue)
        let retained = values.in_use_bytes + values.cached_bytes + values.free_retained_bytes
        #expect(retained == ledger.retained.rawValue)
        #expect(retained + values.released_bytes + values.released_in_use_bytes == values.system_bytes)
    }

    @Test func aMallocReportsTheBlocksInItsCaches() throws {
        let malloc = TestMalloc()
        let first = try #require(malloc.allocate(100))
        let second = try #require(malloc.allocate(100_000))
        malloc.free(first)
        var caches = pageheap_thread_caches()
        malloc.malloc.write(to: &caches)
        #expect(caches.thread_caches == 1 && caches.thread_cache_blocks > 0)
        #expect(caches.thread_cache_bytes == caches.thread_cache_blocks * 112)
        #expect(malloc.malloc.heap.figures().values.live_bytes == caches.thread_cache_bytes + 13 * 8192)
        malloc.free(second)
        _ = malloc.malloc.releaseFreeMemory()
        malloc.malloc.write(to: &caches)
        #expect(caches.thread_cache_blocks == 0 && malloc.malloc.heap.figures().values.live_bytes == 0)
    }

    @Test func allAccessibleMetadataCounts() throws {
        let test = try TestPageHeap()
        let counted = test.heap.figures().metadata
        #expect(counted >= max(Tunables.heapArenaBytes, ByteCount(16 * 4096)))
        _ = try #require(test.allocate(512 * 3))
        #expect(test.heap.figures().metadata >= counted)
        #expect(test.simulated.metadataResidentBytes <= test.heap.figures().metadata)
    }

    @Test func aMallocOwnsTheBlocksItReturned() throws {
        let malloc = TestMalloc()
        let block = try #require(malloc.allocate(100))
        #expect(malloc.malloc.owns(block) && !malloc.malloc.owns(0x1000))
    }
}
