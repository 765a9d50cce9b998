import PageHeapSimulation
import TestSupport
import Testing

@testable import PageHeapCore

/// Pages that are put back as released must have been taken for it, and must have had memory.
struct ReleasedTwiceTests {
    private static func takenBatch(_ heap: TestHeap) -> ReleaseBatch {
        var batch = ReleaseBatch()
        heap.simulation.pages.takeForRelease(
            &batch, in: TestHeap.someChunk, from: .last, limit: 8, MachineFigures(of: heap.system))
        return batch
    }

    @Test func aBatchCanBePutBackOnce() throws {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 5]])
        heap.simulation.pages.putBack(Self.takenBatch(heap))
        #expect(heap.simulation.pages.scavengedPages == 8)
        heap.simulation.pages.checkInvariants()
    }

    @Test func puttingABatchBackTwiceStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let heap = try TestHeap()
            try heap.add(0, allocated: [[0, 5]])
            let batch = ReleasedTwiceTests.takenBatch(heap)
            heap.simulation.pages.putBack(batch)
            heap.simulation.pages.putBack(batch)
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains { $0.hasPrefix("pageheap: pages were released twice; chunk: 0x") })
    }
}
