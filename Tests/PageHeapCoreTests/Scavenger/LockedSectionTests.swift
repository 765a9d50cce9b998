import PageHeapCore
import PageHeapSimulation
import Testing

/// A thread that waits for the heap lock waits for a bounded piece of the scavenger's work.
struct LockedSectionTests {
    /// Two locked sections lie between two system calls: one puts the last batch back, the other takes the next one.
    /// Each may change one chunk.
    @Test func aSectionChangesOneChunk() throws {
        let heap = try TestHeap()
        // Every second page is free: 256 runs per chunk, and so several batches.
        for chunk in 0..<24 { try heap.add(chunk, allocated: stride(from: 0, to: 512, by: 2).map { [$0, 1] }) }
        heap.startGeneration()
        nonisolated(unsafe) let pages = heap.simulation
        nonisolated(unsafe) var before = Self.bitmaps(pages)
        nonisolated(unsafe) var most = 0
        nonisolated(unsafe) var calls = 0
        heap.system.onCall { call in
            guard call.kind == .release else { return }
            let now = Self.bitmaps(pages)
            most = max(most, zip(before, now).count { $0 != $1 })
            before = now
            calls += 1
        }
        #expect(heap.scavenge(.maximum) == PageCount(24 * 256).bytes)
        heap.system.onCall(nil)
        #expect(calls == 24 * 256)
        #expect(most == 2)
    }

    /// The bitmaps of all chunks, as the lock's holders left them.
    private static func bitmaps(_ simulation: SimulatedPages<TestHeap.System>) -> [[UInt64]] {
        (0..<24).map { number in
            let chunk = simulation.pages.chunks[TestHeap.someChunk + ChunkIndex(UInt(number))]
            return (0..<8).flatMap { [chunk.allocated.word($0), chunk.scavenged.word($0)] }
        }
    }
}
