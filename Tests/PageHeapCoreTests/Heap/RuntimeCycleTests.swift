import PageHeapCore
import PageHeapSimulation
import Testing

/// Heaps whose owner ends the cycles, as a runtime with a garbage collector does.
struct RuntimeCycleTests {
    private func heap(_ machine: SimulatedMachine = SimulatedMachine(), extra percent: UInt = 10) throws -> TestPageHeap
    {
        var configuration = HeapConfiguration.original
        configuration.cycles = .runtime
        configuration.retainExtraPercent = percent
        return try TestPageHeap(machine, configuration)
    }

    @Test func theSecondCycleSetsTheFirstGoal() throws {
        let test = try heap()
        _ = try test.makeFragments(40, ofPages: 20, keepingEach: 2)
        #expect(test.heap.endCycle(heapGoal: 1_000_000))
        #expect(test.heap.figures().goal == .maximum)
        #expect(test.heap.figures().generation == 1)
        // Half of the 800 pages and a tenth, in physical pages.
        #expect(test.heap.endCycle(heapGoal: 1_000_000))
        #expect(test.heap.figures().goal == ByteCount((400 * 8192 / 10 * 11 + 4095) / 4096 * 4096))
        #expect(test.heap.figures().generation == 2)
        // If nothing is retained above it, the goal is off; the generation begins all the same.
        #expect(test.heap.endCycle(heapGoal: 4_000_000))
        #expect(test.heap.figures().goal == .maximum)
        #expect(test.heap.figures().generation == 3)
    }

    @Test(arguments: [4096, 65536] as [UInt])
    func theGoalFollowsTheFormula(_ physicalPage: UInt) throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let test = try heap(SimulatedMachine(physicalPage: ByteCount(physicalPage), hugePage: 0))
        var kept = try test.makeFragments(100, ofPages: 20, keepingEach: 2)
        var last: UInt = 0
        var goals = 0
        for step in 0..<200 {
            if step % 40 == 39 { test.heap.freePages(kept.removeLast(), 20) }
            let ledger = test.heap.figures().ledger
            let next = UInt.random(in: 0...(1 << 30), using: &generator) &>> UInt.random(in: 0...30, using: &generator)
            test.heap.endCycle(heapGoal: ByteCount(next))
            var expected = UInt.max
            if last != 0 {
                let scaled = UInt(Double(ledger.inUse.rawValue) * (Double(next) / Double(last)))
                let goal = (scaled + scaled / 10 + physicalPage - 1) / physicalPage * physicalPage
                let retained = ledger.retained.rawValue
                if retained > goal && retained - goal >= physicalPage { expected = goal }
            }
            #expect(test.heap.figures().goal.rawValue == expected, "PAGEHEAP_SEED=\(TestRun.seed), step \(step)")
            goals += expected != .max ? 1 : 0
            last = next
        }
        #expect((20..<180).contains(goals), "both kinds of goal should occur")
    }

    @Test func extremeHeapGoalsDoNoHarm() throws {
        for percent in [0, 10, 99, 100] as [UInt] {
            let test = try heap(extra: percent)
            _ = try test.makeFragments(40, ofPages: 20, keepingEach: 2)
            for heapGoal in [1, .maximum, .maximum, 0, 0, .maximum, 1] as [ByteCount] {
                #expect(test.heap.endCycle(heapGoal: heapGoal))
            }
            // From the smallest to the largest: all that is retained will be needed.
            test.heap.endCycle(heapGoal: .maximum)
            #expect(test.heap.figures().goal == .maximum)
            // Nothing will be needed.
            test.heap.endCycle(heapGoal: 0)
            #expect(test.heap.figures().goal == 0)
            // After a heap goal of 0, the next one counts as the first.
            test.heap.endCycle(heapGoal: 1)
            #expect(test.heap.figures().goal == .maximum)
        }
    }

    @Test func aHeapThatEndsItsOwnCyclesRefusesTheOwners() throws {
        let test = try TestPageHeap()
        _ = try test.makeFragments(40, ofPages: 20, keepingEach: 2)
        #expect(!test.heap.endCycle(heapGoal: 1))
        #expect(!test.heap.endCycle(heapGoal: 1))
        #expect(test.heap.figures().goal == .maximum && test.heap.figures().generation == 0)
    }

    @Test func pacedReleaseStopsAtTheGoal() throws {
        var machine = SimulatedMachine()
        machine.releaseNanosecondsPerPage = 1000
        let test = try heap(machine)
        let kept = try test.makeFragments(400, ofPages: 20, keepingEach: 2)
        test.heap.endCycle(heapGoal: 100)
        test.heap.endCycle(heapGoal: 150)
        let goal = test.heap.figures().goal
        var pacer = SleepRatioPacer()
        var (rounds, busy) = (0, 0.0)
        let start = test.simulated.monotonicNanoseconds()
        while test.heap.figures().ledger.retained > goal && rounds < 1000 {
            let run = ScavengeRun.perform(
                physicalPage: 4096, shouldStop: { test.heap.figures().ledger.retained <= goal },
                quantum: { bytes in
                    let before = test.simulated.threadProcessorNanoseconds()
                    let released = test.heap.search.scavenge(bytes, .background, using: test.system)
                    return (released, test.simulated.threadProcessorNanoseconds() - before)
                })
            if run.released == 0 { break }
            let sleep = pacer.sleepTime(worked: SleepRatioPacer.counted(run.worked))
            test.simulated.advance(nanoseconds: sleep)
            pacer.endRound(worked: SleepRatioPacer.counted(run.worked), slept: sleep, processors: 1)
            busy += run.worked
            rounds += 1
        }
        let ledger = test.heap.figures().ledger
        #expect(ledger.retained <= goal && ledger.retained + Tunables.scavengeQuantumBytes > goal)
        #expect(test.simulated.residentBytes == ledger.retained)
        let passed = Double(test.simulated.monotonicNanoseconds() - start)
        #expect(busy / passed < 0.02)
        for address in kept { #expect(test.simulated.touch(address, PageCount(20).bytes) == 0) }
    }
}
