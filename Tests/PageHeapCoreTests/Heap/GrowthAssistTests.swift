import PageHeapCore
import PageHeapSimulation
import Testing

/// Checks to the byte what an allocation that makes the heap grow releases.
struct GrowthAssistTests {
    /// A heap that retains 400 pages of 8 KiB, half of them free, and has a goal.
    ///
    /// - Parameter aboveRetained: how far the goal lies above what is retained.
    private func heap(goal aboveRetained: UInt) throws -> (TestPageHeap, goal: ByteCount) {
        var configuration = HeapConfiguration.original
        configuration.cycles = .runtime
        configuration.retainExtraPercent = 0
        let test = try TestPageHeap(SimulatedMachine(), configuration)
        let kept = try test.makeFragments(80, ofPages: 20, keepingEach: 4)
        // While 1,600 pages are retained, a goal above the 400 in use takes effect; it stays when they are released.
        let used = PageCount(400).bytes
        let goal = used + ByteCount(aboveRetained)
        test.heap.endCycle(heapGoal: used)
        test.heap.endCycle(heapGoal: goal)
        #expect(test.heap.figures().goal == goal)
        #expect(test.heap.releaseFreeMemory { 0 }.released == PageCount(1200).bytes)
        for address in kept.enumerated() where address.offset % 2 == 0 { test.heap.freePages(address.element, 20) }
        test.heap.search.startGeneration(using: test.system)
        #expect(test.heap.figures().ledger.retained == used)
        return (test, goal)
    }

    private func released(_ test: TestPageHeap) -> UInt { test.heap.figures().ledger.releasedAtGrowthTotal.rawValue }

    /// Part of the growth fits below the goal; only the rest is released.
    @Test func growthReleasesExactlyWhatExceedsTheGoal() throws {
        let (test, goal) = try heap(goal: (4 << 20) - (512 << 10))
        let retained = test.heap.figures().ledger.retained
        #expect(test.allocate(510) != nil)  // 4 MiB more
        #expect(released(test) == 512 << 10)
        #expect(retained + ByteCount(4 << 20) - ByteCount(512 << 10) == goal)
        test.checkInvariants()
    }

    @Test func growthBelowTheGoalReleasesNothing() throws {
        let (test, _) = try heap(goal: 4 << 20)
        #expect(test.allocate(510) != nil)
        #expect(released(test) == 0)
    }

    @Test func anAssistReleasesAtMostAMegabyte() throws {
        let (test, _) = try heap(goal: 1 << 20)
        #expect(test.allocate(510) != nil)
        #expect(released(test) == 1 << 20)
    }

    @Test func anAllocationWithoutGrowthReleasesNothing() throws {
        let (test, _) = try heap(goal: 0)
        #expect(test.allocate(300) != nil)
        #expect(released(test) == 0)
    }
}
