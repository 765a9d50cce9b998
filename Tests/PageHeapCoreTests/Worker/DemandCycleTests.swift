import PageHeapCore
import PageHeapSimulation
import Testing

/// The cycles of demand of a whole heap, in virtual time.
struct DemandCycleTests {
    private static let second: Int64 = 1_000_000_000

    private func endCycle(_ test: TestPageHeap, _ cycle: inout DemandCycle) -> Bool {
        test.heap.endCycle(&cycle, NoPageUser())
    }

    @Test func onlyTheFirstRiseSinceTheEndOfACycleIsNoted() throws {
        let test = try TestPageHeap()
        var cycle = DemandCycle(now: 0)
        let first = try #require(test.allocate(100))
        _ = endCycle(test, &cycle)
        #expect(test.heap.figures().ledger.rise == nil)
        test.simulated.advance(nanoseconds: 5 * Self.second)
        // First the largest growth that is no rise yet, then some more.
        _ = try #require(test.allocate(Tunables.wakeBytes.rawValue / PageGeometry.pageBytes.rawValue))
        #expect(test.heap.figures().ledger.rise == nil)
        _ = try #require(test.allocate(64))
        #expect(test.heap.figures().ledger.rise == 5 * Self.second)
        test.simulated.advance(nanoseconds: Self.second)
        _ = try #require(test.allocate(1000))
        test.heap.freePages(first, 100)
        #expect(test.heap.figures().ledger.rise == 5 * Self.second)
        _ = endCycle(test, &cycle)
        #expect(test.heap.figures().ledger.rise == nil)
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

    @Test func loadWhoseHighPhasesPassWhileParkedIsKeptUntilItEnds() throws {
        let test = try TestPageHeap()
        var cycle = DemandCycle(now: 0)
        // Demand is high for 36 s, in which the worker sleeps, and low for 8 s.
        for round in 0..<5 {
            let pages = try #require(test.allocate(1000))
            test.simulated.advance(nanoseconds: 36 * Self.second)
            test.heap.freePages(pages, 1000)
            for second in 0..<8 {
                _ = endCycle(test, &cycle)
                if round >= 2 { #expect(test.heap.figures().goal == .maximum, "round \(round), second \(second)") }
                test.simulated.advance(nanoseconds: Self.second)
            }
        }
        // The load does not come again.
        for _ in 0..<4 {
            _ = endCycle(test, &cycle)
            test.simulated.advance(nanoseconds: Self.second)
        }
        #expect(test.heap.figures().goal == 0)
    }
}
