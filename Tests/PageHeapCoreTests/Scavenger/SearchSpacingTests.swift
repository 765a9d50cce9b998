import PageHeapCore
import PageHeapSimulation
import Testing

/// Searches that find nothing leave most of the worker's CPU time alone.
struct SearchSpacingTests {
    /// A layer above the heap to which each look costs time, and that always has more.
    private struct CostlyUser: PageUser {
        let system: TestHeap.System
        let drainNanoseconds: Int64
        let looks: Counter

        func drainIdle() -> Bool {
            looks.count += 1
            system.base.base.work(nanoseconds: drainNanoseconds)
            return true
        }
        func drainAll() {}
        func passEnded() {}
        func beginHolePass() {}
        func releaseHoles(_ bytes: ByteCount) -> ByteCount { 0 }
        var isHolePassOver: Bool { true }
        var mayFindMoreHoles: Bool { true }
    }

    private final class Counter {
        var count = 0
    }

    @Test(arguments: [10_000, 1_000_000, 20_000_000] as [Int64], [1, 2, 64] as [UInt])
    func drainsTakeAQuarterOfTheShare(nanoseconds: Int64, processors: UInt) throws {
        var machine = SimulatedMachine()
        machine.processors = processors
        let test = try TestPageHeap(machine)
        let looks = Counter()
        let user = CostlyUser(system: test.system, drainNanoseconds: nanoseconds, looks: looks)
        var cycle = DemandCycle(now: 0)
        let seconds = 60.0
        for _ in 0..<Int(seconds * 10) {
            test.system.base.base.advance(nanoseconds: 100_000_000)
            #expect(test.heap.endCycle(&cycle, user), "the heap must not be parked while caches may hold something")
        }
        let share = Double(looks.count) * Double(nanoseconds) / (seconds * 1e9) / Double(processors)
        let allowed = Tunables.scavengeShare * Tunables.searchPartOfShare
        // One search more than the average allows: the first needs no pause before it.
        #expect(share <= allowed + Double(nanoseconds) / (seconds * 1e9) / Double(processors))
        // Cheap ones happen at each tick.
        if Double(nanoseconds) / 100e6 < allowed * Double(processors) { #expect(looks.count >= 590) }
    }

    @Test func nothingIsSearchedOverBudget() throws {
        let test = try TestPageHeap()
        let looks = Counter()
        let user = CostlyUser(system: test.system, drainNanoseconds: 1000, looks: looks)
        var cycle = DemandCycle(now: 0)
        for _ in 0..<20 {
            test.system.base.base.advance(nanoseconds: 100_000_000)
            _ = test.heap.endCycle(&cycle, user, maySearch: false)
        }
        #expect(looks.count == 0)
        _ = test.heap.endCycle(&cycle, user)
        #expect(looks.count == 1)
    }

    @Test func aPauseIsBounded() {
        var spacing = SearchSpacing()
        #expect(spacing.mayBegin(at: .min))
        spacing.note(spent: .max, at: 5, share: 0.001, processors: 0.01)
        #expect(!spacing.mayBegin(at: 5))
        #expect(spacing.mayBegin(at: 5 + Tunables.longestSearchPause))
        spacing.note(spent: -3, at: 5, share: 1, processors: 1)
        #expect(spacing.mayBegin(at: 5 + Tunables.longestSearchPause))
    }
}
