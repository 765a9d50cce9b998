import PageHeapCore
import PageHeapSimulation
import Synchronization
import Testing

/// The worker with goals from the owner's cycles and from the memory limit, in virtual time.
struct WorkerGoalTests {
    /// Makes a heap with a thousand blocks of 20 pages, every other one free: 78 of 156 MiB.
    private func heap(
        _ cycles: CycleKind = .demand, extra percent: UInt = 10, limit: ByteCount? = nil
    ) throws -> (TestMalloc, kept: [UInt]) {
        var configuration = HeapConfiguration.original
        configuration.cycles = cycles
        configuration.retainExtraPercent = percent
        configuration.memoryLimit = limit
        let test = TestMalloc(SimulatedMachine(), configuration)
        let blocks = try (0..<1000).map { _ in try #require(test.allocate(20 * 8192)) }
        for (place, block) in blocks.enumerated() where place % 2 == 1 { test.free(block) }
        return (test, blocks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
    }

    private func mapped(_ test: TestMalloc) -> ByteCount {
        let figures = test.malloc.heap.figures()
        return figures.ledger.retained + figures.metadata
    }

    private static let oneMebibyte = ByteCount(1 << 20)

    // MARK: The owner's cycles

    @Test func theWorkerReleasesDownToEachCyclesGoalAndParks() throws {
        let (test, _) = try heap(.runtime)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        #expect(watch.waits == [Tunables.cycleNanoseconds, -1], "without a goal there is nothing to do")
        var goals: [ByteCount] = []
        for (heapGoal, other) in [(100, 150), (100, 100)] as [(ByteCount, ByteCount)] {
            test.malloc.heap.endCycle(heapGoal: heapGoal)
            test.malloc.heap.endCycle(heapGoal: other)
            let goal = test.malloc.heap.figures().goal
            watch.runUntilParked()
            let retained = test.malloc.heap.figures().ledger.retained
            #expect(retained <= goal && retained + Self.oneMebibyte > goal)
            #expect(watch.waits.last == -1)
            goals.append(goal)
        }
        #expect(goals[0] > goals[1] && goals[0] != .maximum)
        #expect(test.damagedBlocks == 0)
    }

    @Test func aCycleThatEndsDuringASleepSetsANewGoal() throws {
        let (test, _) = try heap(.runtime)
        test.malloc.heap.endCycle(heapGoal: 100)
        test.malloc.heap.endCycle(heapGoal: 170)
        let first = test.malloc.heap.figures().goal
        let watch = WorkerWatch(test)
        watch.onSleep = { count in
            if count == 3 { test.malloc.heap.endCycle(heapGoal: 170) }
        }
        watch.runUntilParked()
        let second = test.malloc.heap.figures().goal
        let retained = test.malloc.heap.figures().ledger.retained
        #expect(second < first)
        #expect(retained <= second && retained + Self.oneMebibyte > second)
    }

    // MARK: The memory limit

    @Test func theLimitsGoalIsMetAndNoMoreIsReleased() throws {
        let (test, _) = try heap(extra: 100)
        #expect(mapped(test) > ByteCount(120 << 20))
        test.malloc.heap.setMemoryLimit(ByteCount(120 << 20))
        WorkerWatch(test).runUntilParked()
        let goal = ByteCount((120 << 20) / 20 * 19)
        #expect(mapped(test) <= goal && mapped(test) + Self.oneMebibyte > goal)
        #expect(test.damagedBlocks == 0)
    }

    @Test func aLimitSetAtTheStartIsMet() throws {
        let (test, _) = try heap(extra: 100, limit: ByteCount(160 << 20))
        let goal = ByteCount((160 << 20) / 20 * 19)
        #expect(mapped(test) > goal)
        WorkerWatch(test).runUntilParked()
        #expect(mapped(test) <= goal && mapped(test) + Self.oneMebibyte > goal)
    }

    @Test(arguments: [200, 130] as [UInt])
    func theLowerOfTwoGoalsHolds(_ mebibytes: UInt) throws {
        let (test, _) = try heap()
        test.malloc.heap.setMemoryLimit(ByteCount(mebibytes << 20))
        WorkerWatch(test).runUntilParked()
        // 78 MiB are in use; with a tenth they come to 86.
        #expect(mapped(test) < ByteCount(90 << 20))
    }

    @Test(arguments: CycleKinds.all)
    func aLimitBelowMemoryInUseReleasesAllFreeMemory(_ cycles: CycleKind) throws {
        let (test, _) = try heap(cycles)
        test.malloc.heap.setMemoryLimit(1_000_000)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        #expect(watch.waits.last == -1)
        #expect(test.malloc.heap.figures().ledger.freeRetained == 0)
        // Further requests find no memory to release.
        let waits = watch.waits.count
        watch.parksAllowed = 4
        watch.runUntilParked()
        #expect(watch.waits.count - waits < 40)
        #expect(test.damagedBlocks == 0)
    }

    enum CycleKinds { static let all: [CycleKind] = [.demand, .runtime] }

    @Test func anAllocationBeyondTheLimitsGoalWakesAParkedWorker() throws {
        let (test, kept) = try heap(.runtime)
        let limit = mapped(test) + ByteCount(12 << 20)
        test.malloc.heap.setMemoryLimit(limit)
        let goal = test.malloc.heap.figures().limitGoal
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        for place in 0..<10 { test.free(kept[2 * place]) }
        #expect(test.allocate(7 << 20) != nil)
        #expect(mapped(test) > goal && mapped(test) <= limit)
        // The worker is parked still: it was told to end, and has not been dismissed.
        let isParked = test.malloc.heap.requests.pointee.isParked
        #expect(isParked)
        let signal = test.malloc.heap.worker.thread.pointee.signal
        #expect(test.allocate(900 << 10) != nil)
        let later = test.malloc.heap.worker.thread.pointee.signal
        #expect(later != signal)
        watch.runUntilParked()
        #expect(mapped(test) <= goal)
    }
}
