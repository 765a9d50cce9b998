import PageHeapCore
import PageHeapSimulation
import Testing

/// Whole heaps with their scavengers on machines with all sizes of physical and huge pages.
struct MachineTests {
    static let physicalPages: [UInt] = [4 << 10, 16 << 10, 64 << 10, 512 << 10]
    static let hugePages: [UInt] = [0, 2 << 20, 32 << 20]

    @Test(arguments: physicalPages, hugePages)
    func randomProgramsKeepTheBooksRight(physicalPage: UInt, hugePage: UInt) throws {
        let seed = TestRun.seed &* 31 &+ UInt64(physicalPage) &+ UInt64(hugePage >> 4)
        let machine = SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: ByteCount(hugePage))
        let program = try HeapProgram(machine, seed: seed)
        var step = 0
        do {
            while step < TestRun.operations(1200) {
                try program.step()
                step += 1
                try program.check()
            }
            try program.finish()
        } catch let failure as HeapProgram.Failure {
            Issue.record("PAGEHEAP_SEED=\(TestRun.seed), step \(step): \(failure)")
        }
        #expect(program.releasedBytes > 0)
        for range in program.releases {
            #expect(UInt(range.count) % physicalPage == 0 && range.lowerBound % physicalPage == 0)
        }
    }

    /// Every release is of whole physical pages; a free huge page is not broken up.
    @Test(arguments: physicalPages, hugePages)
    func aLargeFreeHeapIsReleasedInWholePages(physicalPage: UInt, hugePage: UInt) throws {
        let heap = try TestPageHeap(
            SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: ByteCount(hugePage)))
        let address = try #require(heap.allocate(4096))
        #expect(heap.simulated.touch(address, ByteCount(32 << 20)) == (32 << 20) / Int(physicalPage))
        heap.heap.freePages(address, 4096)
        heap.heap.search.startGeneration(atTop: true, using: heap.system)
        heap.system.forget()
        let released = heap.heap.search.scavenge(1, .forced, using: heap.system)
        // The search cannot keep huge pages whole that are larger than a chunk.
        let unit = hugePage == 2 << 20 ? hugePage : max(physicalPage, 8192)
        #expect(released == ByteCount(unit))
        #expect(heap.system.calls.count == 1)
        #expect(heap.heap.releaseFreeMemory { 0 }.released == ByteCount(32 << 20) - released)
        #expect(heap.simulated.residentBytes == 0 && heap.simulated.violations == [])
        heap.checkInvariants()
    }

    /// On such machines no block of malloc loses memory, and the books stay right.
    @Test(arguments: physicalPages, hugePages)
    func blocksKeepTheirMemory(physicalPage: UInt, hugePage: UInt) throws {
        let test = TestMalloc(SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: ByteCount(hugePage)))
        var generator = SeededGenerator(seed: TestRun.seed)
        var cycle = DemandCycle(now: 0)
        for round in 0..<6 {
            for _ in 0..<300 {
                let doubling = UInt.random(in: 0..<18, using: &generator)
                let bytes = UInt.random(in: (1 << doubling)...(2 << doubling), using: &generator)
                #expect(test.allocate(bytes) != nil)
            }
            for address in test.live.keys.sorted() where UInt.random(in: 0..<10, using: &generator) < 8 {
                test.free(address)
            }
            if round % 2 == 0 { _ = test.runCycle(&cycle) } else { _ = test.malloc.releaseFreeMemory() }
            #expect(test.damagedBlocks == 0)
            #expect(test.system.violations == [])
            test.malloc.checkInvariants()
        }
    }
}
