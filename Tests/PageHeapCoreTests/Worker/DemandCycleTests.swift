import PageHeapCore
import PageHeapSimulation
import Testing

/// The cycles of demand of a whole heap, in virtual time.
struct DemandCycleTests {
    private static let second: Int64 = 1_000_000_000

    private func endCycle(_ test: TestPageHeap, _ cycle: inout DemandCycle) -> Bool {
        test.heap.endCycle(&cycle, NoPageUser())
    }

    @Test func theCycleAfterADropAsksForAnotherThatSetsAGoal() throws {
        let test = try TestPageHeap()
        var cycle = DemandCycle(now: 0)
        let pages = try #require(test.allocate(1000))
        while endCycle(test, &cycle) { test.simulated.advance(nanoseconds: Self.second) }
        test.simulated.advance(nanoseconds: 40 * Self.second)
        test.heap.freePages(pages, 1000)
        #expect(endCycle(test, &cycle))
        #expect(test.heap.figures().goal == .maximum, "a spike is remembered for a moment")
        test.simulated.advance(nanoseconds: Self.second)
        _ = endCycle(test, &cycle)
        #expect(test.heap.figures().goal == 0)
    }

    @Test func aLimitMakesMemoryDearer() throws {
        let test = try TestPageHeap()
        let before = test.heap.breakEven(RetentionPrice())
        test.heap.setMemoryLimit(ByteCount(3 << 30))
        #expect(test.heap.breakEven(RetentionPrice()) < before / 2)
        test.heap.setMemoryLimit(ByteCount(1 << 60))
        #expect(test.heap.breakEven(RetentionPrice()) == before)
    }

    @Test func loadWhoseHighPhasesPassWhileParkedIsKeptUntilItEnds() throws {
        let test = try TestPageHeap()
        var cycle = DemandCycle(now: 0)
        // Demand is high for 36 s, in which the worker sleeps, and low for one.
        for round in 0..<5 {
            let pages = try #require(test.allocate(200_000))
            test.simulated.advance(nanoseconds: 36 * Self.second)
            test.heap.freePages(pages, 200_000)
            for step in 0..<10 {
                _ = endCycle(test, &cycle)
                if round >= 2 { #expect(test.heap.figures().goal == .maximum, "round \(round), step \(step)") }
                test.simulated.advance(nanoseconds: Self.second / 10)
            }
        }
        // The load does not come again.
        for _ in 0..<10 {
            _ = endCycle(test, &cycle)
            test.simulated.advance(nanoseconds: Self.second)
        }
        #expect(test.heap.figures().goal == 0)
    }
}
