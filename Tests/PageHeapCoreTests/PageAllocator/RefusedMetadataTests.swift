import PageHeapCore
import PageHeapSimulation
import Testing

/// The system refuses memory for the allocator's own books.
@Suite("Refused metadata")
struct RefusedMetadataTests {
    /// Kinds of calls that ask for metadata.
    static let kinds: [SystemCallKind] = [.reserveMetadata, .makeMetadataAccessible, .makeMetadataReadable]

    /// Whichever call of a growth is refused, nothing has changed, and the next attempt works.
    @Test(arguments: [SystemCallKind.reserveMetadata, .makeMetadataAccessible])
    func growthThatIsRefusedChangesNothing(kind: SystemCallKind) throws {
        // Far from what is there, so that every level and the chunk map need new memory; across two of its blocks.
        let first = ChunkIndex(40 * 8192 - 2)
        var refusals = 0
        for call in 1...20 {
            let heap = try TestHeap()
            try heap.add(0, allocated: [[3, 5]])
            heap.failing.follow(FailurePlan(kind, call: call))
            let before = Self.state(heap)
            let grown = heap.simulation.grow(first, chunks: 4)
            heap.failing.follow(FailurePlan())
            if grown { break }
            refusals += 1
            #expect(Self.state(heap) == before, "call \(call)")
            heap.simulation.pages.checkInvariants()
            #expect(heap.simulation.grow(first, chunks: 4), "call \(call)")
            heap.simulation.pages.checkInvariants()
            #expect(heap.simulation.pages.freePages.rawValue == 512 - 5 + 4 * 512)
        }
        #expect(refusals >= 2 && refusals < 20)
    }

    private static func state(_ heap: TestHeap) -> [UInt] {
        let pages = heap.simulation
        return [
            pages.pages.freePages.rawValue, pages.pages.scavengedPages.rawValue, pages.pages.searchAddress.rawValue,
            pages.pages.startChunk.rawValue, pages.pages.endChunk.rawValue, UInt(pages.pages.inUse.count),
            pages.pages.inUse.totalBytes.rawValue, pages.pages.freeHighWaterMark.rawValue,
        ]
    }

    /// Whichever call of a start is refused, either the heap starts nevertheless or it leaves nothing behind.
    @Test(arguments: kinds)
    func aStartThatIsRefusedLeavesNothingBehind(kind: SystemCallKind) {
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
        // A root of the tree that cannot be made readable is tried again for a smaller window.
        #expect(failures > 0 || kind == .makeMetadataReadable)
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
