import PageHeapCore
import PageHeapSimulation
import Testing

/// The system refuses memory for the allocator's own books.
struct RefusedMetadataTests {
    /// Kinds of calls that ask for metadata.
    static let kinds: [SystemCallKind] = [.reserveMetadata, .makeMetadataAccessible]

    /// Whichever call of a start is refused, either the heap starts nevertheless or it leaves nothing behind.
    @Test(arguments: kinds)
    func aRefusedStartLeavesNothingBehind(kind: SystemCallKind) {
        var failures = 0
        for call in 1...20 {
            let simulated = SimulatedOperatingSystem()
            let failing = FailingOperatingSystem(simulated, FailurePlan(kind, call: call))
            do {
                let heap = SimulatedPages(failing)
                if heap == nil { failures += 1 }
            }
            #expect(simulated.metadataReservedBytes == 0, "\(kind) \(call)")
        }
        #expect(failures > 0)
    }

    /// A generation whose copy of the ranges finds no room gives nothing, and the next one works.
    @Test func aGenerationWithoutRoomIsEmpty() throws {
        let heap = try TestHeap()
        try heap.add(0)
        heap.failing.follow(FailurePlan(.makeMetadataAccessible, calls: 1...Int.max))
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == 0)
        heap.failing.follow(FailurePlan())
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == PageGeometry.chunkBytes)
    }
}
