import PageHeapCore
import PageHeapSimulation
import Testing

/// The worker with a budget, in virtual time.
struct WorkerBudgetTests {
    /// A heap with this many MiB free, and a program whose threads use a share of a processor.
    private static func heapWithFree(
        _ mebibytes: Int, programShare: Double = 0, processors: UInt = 2, share: Double = 0.01
    ) throws -> TestMalloc {
        var machine = SimulatedMachine()
        machine.processors = processors
        machine.programShare = programShare
        // 100 ms of CPU time per GiB.
        machine.releaseNanosecondsPerPage = 400
        var configuration = HeapConfiguration()
        configuration.scavengeShare = share
        let test = TestMalloc(machine, configuration)
        try drop(mebibytes, test)
        return test
    }

    private static func drop(_ mebibytes: Int, _ test: TestMalloc) throws {
        let blocks = try (0..<mebibytes).map { _ in try #require(test.allocate(1 << 20)) }
        for block in blocks { test.free(block) }
    }

    private static func residentAfter(_ seconds: Double, _ test: TestMalloc) -> ByteCount {
        let watch = WorkerWatch(test)
        watch.endNanoseconds = test.system.monotonicNanoseconds() + Int64(seconds * 1e9)
        watch.runUntilParked()
        return test.system.residentBytes
    }

    @Test func aGibibyteIsGoneWithinHalfASecond() throws {
        let test = try Self.heapWithFree(1024)
        #expect(Self.residentAfter(0.5, test) < ByteCount(8 << 20))
        #expect(test.damagedBlocks == 0)
    }

    @Test func whileTheProgramRunsTheWorkerTakesAQuarterOfAProcessor() throws {
        let test = try Self.heapWithFree(2048, programShare: 1)
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 1_000_000_000
        watch.runUntilParked()
        let shares = watch.shares(ofSeconds: 1, processors: 1)
        #expect(test.system.threadProcessorNanoseconds() < 260_000_000, "\(shares)")
        #expect(test.system.residentBytes < ByteCount(900 << 20))
    }

    @Test(arguments: [(1, 0.01), (2, 0.01), (2, 0.003)] as [(UInt, Double)])
    func anyMinuteHoldsTheShare(processors: UInt, share: Double) throws {
        let test = try Self.heapWithFree(3000, processors: processors, share: share)
        let watch = WorkerWatch(test)
        // Again and again more is freed than a minute's budget can give back.
        watch.parksAllowed = .max
        watch.onSleep = { _ in
            if test.system.residentBytes < ByteCount(200 << 20) { try? Self.drop(3000, test) }
        }
        watch.onPark = { _ in try? Self.drop(3000, test) }
        watch.endNanoseconds = 200_000_000_000
        watch.runUntilParked()
        let shares = watch.shares(ofSeconds: 60, processors: processors)
        let largest = try #require(shares.max())
        #expect(largest <= 1.05 * share)
        #expect(largest >= 0.8 * share, "the budget is there to be used")
    }

    @Test func aQuietHeapIsParked() throws {
        let test = try Self.heapWithFree(64)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        #expect(watch.waits.last == -1 && watch.waits.count < 30)
    }

    /// Swings of half a second keep their memory once they have cost more than it is worth.
    @Test func fastSwingsAreNotFaultedInAgain() throws {
        let test = try Self.heapWithFree(0)
        var cycle = DemandCycle(now: 0)
        var goals: [ByteCount] = []
        for step in 0..<200 {
            let isHigh = step % 5 < 2
            let blocks = isHigh ? try (0..<256).map { _ in try #require(test.allocate(1 << 20)) } : []
            for block in blocks where step % 5 == 1 { test.free(block) }
            for block in blocks where step % 5 == 0 { test.free(block) }
            test.system.advance(nanoseconds: 100_000_000)
            _ = test.malloc.heap.endCycle(&cycle, test.malloc)
            goals.append(test.malloc.heap.figures().goal)
        }
        // No goal is set below the peak: what swings stays.
        #expect(goals.suffix(50).allSatisfy { $0 == .maximum || $0 >= ByteCount(256 << 20) })
    }
}
