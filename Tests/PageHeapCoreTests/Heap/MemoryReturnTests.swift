import PageHeapCore
import PageHeapSimulation
import Testing

/// How freed memory returns to the system, in virtual time.
struct MemoryReturnTests {
    @Test func memoryOfASpikeIsReleasedWithinAFewCycles() throws {
        let test = TestMalloc()
        var cycle = DemandCycle(now: 0)
        for _ in 0..<20_000 { #expect(test.allocate(1000) != nil) }
        _ = test.runCycle(&cycle)
        let peak = test.system.residentBytes
        #expect(peak.rawValue > 20_000_000)
        for address in test.live.keys.dropFirst() { test.free(address) }
        _ = test.runCycle(&cycle)
        #expect(test.system.residentBytes == peak, "a spike is remembered for a moment")
        for _ in 0..<4 { _ = test.runCycle(&cycle) }
        #expect(test.system.residentBytes.rawValue < 300_000)
        #expect(test.damagedBlocks == 0)
    }

    @Test func aQuietHeapStopsAskingForCycles() throws {
        let test = TestMalloc()
        var cycle = DemandCycle(now: 0)
        for bytes in 1...2000 as ClosedRange<UInt> { #expect(test.allocate(bytes) != nil) }
        for address in test.live.keys.sorted().enumerated() where address.offset % 9 != 0 { test.free(address.element) }
        var cycles = 0
        while test.runCycle(&cycle) && cycles < 100 { cycles += 1 }
        #expect(cycles < 12)
        let before = test.malloc.heap.figures().ledger
        _ = test.runCycle(&cycle)
        #expect(test.malloc.heap.figures().ledger.releaseCalls == before.releaseCalls)
    }

    @Test func holesOfAQuietSpanAreReleasedAndUsedAgain() throws {
        let test = TestMalloc()
        var cycle = DemandCycle(now: 0)
        var blocks: [UInt] = []
        for _ in 0..<8000 { blocks.append(try #require(test.allocate(512))) }
        // One block in thirty-two stays: every other page of a span is a hole.
        for (place, address) in blocks.enumerated() where place % 32 != 0 { test.free(address) }
        while test.runCycle(&cycle) {}
        let ledger = test.malloc.heap.figures().ledger
        #expect(ledger.releasedInSpans.rawValue > 500_000)
        #expect(test.system.residentBytes <= ledger.retained)
        #expect(test.damagedBlocks == 0)
        for _ in 0..<7000 { #expect(test.allocate(512) != nil) }
        let used = test.malloc.heap.figures().ledger
        #expect(used.releasedInSpans.rawValue < ledger.releasedInSpans.rawValue / 4)
        #expect(test.damagedBlocks == 0)
        test.malloc.checkInvariants()
    }

    @Test(arguments: [16384, 65536] as [UInt])
    func largePhysicalPagesHaveNoHoles(_ physicalPage: UInt) throws {
        let test = TestMalloc(SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: 0))
        var cycle = DemandCycle(now: 0)
        for bytes in 1...4000 as ClosedRange<UInt> { #expect(test.allocate(bytes) != nil) }
        for address in test.live.keys.sorted().dropFirst(3) { test.free(address) }
        while test.runCycle(&cycle) {}
        #expect(test.malloc.heap.figures().ledger.releasedInSpans == 0)
        #expect(test.system.residentBytes.rawValue < 2_000_000)
        #expect(test.damagedBlocks == 0)
        #expect(test.system.violations.isEmpty)
    }

    @Test func growthBeyondTheGoalReleasesABoundedAmountFirst() throws {
        let test = TestMalloc()
        var cycle = DemandCycle(now: 0)
        // Fragments of 15 pages, every other one free, which together exceed the goal.
        let fragments = try (0..<600).map { _ in try #require(test.allocate(15 * 8192)) }
        for (place, address) in fragments.enumerated() where place % 2 == 0 { test.free(address) }
        for _ in 0..<3 {
            test.system.advance(nanoseconds: Tunables.cycleNanoseconds)
            _ = test.malloc.heap.endCycle(&cycle, NoPageUser())
        }
        let before = test.malloc.heap.figures().ledger
        #expect(test.malloc.heap.figures().goal != .maximum)
        #expect(test.allocate(64 << 20) != nil)
        let released = test.malloc.heap.figures().ledger.releasedAtGrowthTotal - before.releasedAtGrowthTotal
        #expect(released == Tunables.growthAssistBytes)
        test.malloc.checkInvariants()
    }
}
