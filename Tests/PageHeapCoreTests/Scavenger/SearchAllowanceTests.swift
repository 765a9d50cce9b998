import PageHeapCore
import PageHeapSimulation
import Testing

/// Searches that find nothing leave most of the worker's CPU time alone.
struct SearchAllowanceTests {
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
        let start = test.system.monotonicNanoseconds()
        for _ in 0..<600 {
            test.system.base.base.advance(nanoseconds: 100_000_000)
            #expect(test.heap.endCycle(&cycle, user), "the heap must not be parked while caches may hold something")
        }
        let seconds = Double(test.system.monotonicNanoseconds() - start) / 1e9
        let share = Double(looks.count) * Double(nanoseconds) / (seconds * 1e9) / Double(processors)
        let allowed = Tunables.scavengeShare * Tunables.searchPartOfShare
        // The burst at the beginning, and one search beyond it.
        let more = (Tunables.searchBurst + Double(nanoseconds)) / (seconds * 1e9) / Double(processors)
        #expect(share <= allowed + more)
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

    private func permits(_ allowance: inout SearchAllowance, at now: Int64) -> Bool {
        allowance.permits(at: now, rate: 0.005)
    }

    @Test func aDropPaysForTheSearchThatFollows() {
        var allowance = SearchAllowance()
        #expect(permits(&allowance, at: .min))
        allowance.spend(1_000_000_000, rate: 0.005)
        #expect(!permits(&allowance, at: .min + 1_000_000_000))
        allowance.earn(1_200_000_000)
        #expect(permits(&allowance, at: .min + 1_000_000_000))
        // What is left pays for the second pass.
        allowance.spend(200_000_000, rate: 0.005)
        #expect(permits(&allowance, at: .min + 1_000_000_000))
        allowance.spend(130_000_000, rate: 0.005)
        #expect(!permits(&allowance, at: .min + 1_000_000_000))
    }

    @Test func aClockThatJumpsEndsNoSearchForLong() {
        var allowance = SearchAllowance()
        allowance.spend(.max, rate: 0.005)
        #expect(!permits(&allowance, at: 0))
        #expect(permits(&allowance, at: Int64(Tunables.longestSearchPause) + 1000))
        allowance.spend(-3, rate: 0.005)
        #expect(permits(&allowance, at: 0), "a clock that falls")
    }
}
