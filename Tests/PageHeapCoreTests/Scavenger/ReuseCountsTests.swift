import PageHeapCore
import PageHeapSimulation
import Testing

/// Counts of released memory that is used again.
struct ReuseCountsTests {
    private static let second: Int64 = 1_000_000_000

    /// Frees and releases a MiB, waits, and allocates it again.
    private func reuse(after seconds: Int64) throws -> HeapStatistics {
        let test = try TestPageHeap()
        let address = try #require(test.allocate(128))
        // Memory that was never touched has no physical memory either, but was not released.
        #expect(test.heap.figures().values.reused_within_60_seconds_bytes_total == 0)
        test.heap.freePages(address, 128)
        #expect(test.heap.releaseFreeMemory { 0 }.released == PageCount(128).bytes)
        test.simulated.advance(nanoseconds: seconds * Self.second)
        _ = try #require(test.allocate(128))
        return test.heap.figures()
    }

    @Test(
        arguments: [
            (0, true, true, true), (1, true, true, true), (2, false, true, true), (10, false, true, true),
            (11, false, false, true), (60, false, false, true), (61, false, false, false), (200, false, false, false),
        ] as [(Int64, Bool, Bool, Bool)])
    func memoryReusedSoonIsCounted(seconds: Int64, within1: Bool, within10: Bool, within60: Bool) throws {
        let values = try reuse(after: seconds).values
        let all = UInt64(PageCount(128).bytes.rawValue)
        #expect(values.reused_within_1_second_bytes_total == (within1 ? all : 0))
        #expect(values.reused_within_10_seconds_bytes_total == (within10 ? all : 0))
        #expect(values.reused_within_60_seconds_bytes_total == (within60 ? all : 0))
    }
}
