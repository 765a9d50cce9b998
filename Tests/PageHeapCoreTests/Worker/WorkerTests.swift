import PageHeapCore
import PageHeapSimulation
import Synchronization
import TestSupport
import Testing

/// The worker of one heap, in virtual time.
struct WorkerTests {
    /// Makes a heap with this many MiB free, which the worker does not know of yet.
    private static func heapWithFree(_ mebibytes: Int, processors: UInt = 2) throws -> TestMalloc {
        try heapWithFree(mebibytes, .withRealCosts(processors: processors), HeapConfiguration.original)
    }

    private static func heapWithFree(
        _ mebibytes: Int, _ machine: SimulatedMachine, _ configuration: HeapConfiguration
    ) throws -> TestMalloc {
        let test = TestMalloc(machine, configuration)
        let blocks = try (0..<mebibytes).map { _ in try #require(test.allocate(1 << 20)) }
        for block in blocks { test.free(block) }
        return test
    }

    @Test func theWorkerReleasesEverythingAndParks() throws {
        let test = try Self.heapWithFree(256)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        let figures = test.malloc.heap.figures()
        #expect(figures.ledger.retained < ByteCount(2 << 20))
        #expect(test.system.residentBytes < ByteCount(2 << 20))
        #expect(figures.goal == .maximum)
    }

    @Test func aParkedWorkerStaysParked() throws {
        let test = try Self.heapWithFree(64)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        let cycles = watch.waits.count
        // The park has no timeout: only a request ends it, and this request finds no memory to release.
        watch.parksAllowed = 3
        watch.runUntilParked()
        #expect(watch.waits.count - cycles <= 40)
        #expect(watch.waits.last == -1)
    }

    @Test(arguments: [1, 2, 8] as [UInt])
    func theWorkerUsesItsShareAndNoMore(processors: UInt) throws {
        let test = try Self.heapWithFree(6000, processors: processors)
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 60_000_000_000
        watch.runUntilParked()
        #expect(watch.largestShare(ofSeconds: 10, processors: processors) <= 0.012)
        // Measured while there is memory left to release, and after the first seconds, in which the pacer finds its
        // pace.
        let shares = watch.shares(ofSeconds: 10, processors: processors, from: 5_000_000_000)
        #expect(shares.sorted()[shares.count / 2] >= 0.008, "\(shares)")
    }

    /// The cost of a page is proportional to the share: with any other share there would be too little or too much time
    /// for all pages.
    @Test(arguments: [0.002, 0.04]) func theWorkerUsesTheConfiguredShare(share: Double) throws {
        var machine = SimulatedMachine.withRealCosts()
        machine.releaseNanosecondsPerPage = Int64(400_000 * share)
        var configuration = HeapConfiguration.original
        configuration.scavengeShare = share
        let test = try Self.heapWithFree(1000, machine, configuration)
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 30_000_000_000
        watch.runUntilParked()
        #expect(watch.largestShare(ofSeconds: 10, processors: 2) <= 1.2 * share)
        let shares = watch.shares(ofSeconds: 10, processors: 2, from: 5_000_000_000)
        let median = try #require(shares.sorted().dropFirst(shares.count / 2).first)
        #expect(median >= 0.8 * share, "\(shares)")
    }

    /// Each request ends the sleep after a stretch of work; only the bound over any ten seconds still holds the worker
    /// back.
    @Test func constantRequestsDoNotExceedTheShare() throws {
        var machine = SimulatedMachine.withRealCosts()
        machine.releaseNanosecondsPerPage *= 10
        let test = try TestPageHeap(machine)
        let runs = try (0..<1000).map { _ in try test.use(128) }
        for run in runs { test.heap.freePages(run, 128) }
        nonisolated(unsafe) let heap = test.heap
        let watch = WorkerWatch(heap, on: test.simulated, user: NoPageUser())
        test.system.onCall { call in
            if call.kind == .release { heap.wakeWorker() }
        }
        watch.endNanoseconds = 10_000_000_000
        watch.runUntilParked()
        test.system.onCall(nil)
        // The worker uses all that it may use in ten seconds, and at once.
        #expect((180_000_000...240_000_000).contains(test.simulated.threadProcessorNanoseconds()))
    }

    /// A layer above the heap that frees something when it is asked whether it has more to give: the worker's last
    /// question before it parks the heap.
    private struct LateUser: PageUser {
        let free: () -> Void
        func drainIdle() -> Bool { false }
        func drainAll() {}
        func passEnded() {}
        func beginHolePass() {}
        func releaseHoles(_ bytes: ByteCount) -> ByteCount { 0 }
        var isHolePassOver: Bool { true }
        var mayFindMoreHoles: Bool {
            free()
            return false
        }
    }

    /// What is freed between the last cycle and the park wakes nobody: the heap is not parked yet.
    @Test func whatIsFreedJustBeforeItParksIsGivenBackToo() throws {
        func run(frees: Bool) throws -> (waits: [Int64], retained: ByteCount) {
            let test = try TestPageHeap(.withRealCosts())
            let block = try test.use(1024)
            for run in try (0..<16).map({ _ in try test.use(128) }) { test.heap.freePages(run, 128) }
            var isFree = !frees
            let user = LateUser {
                if !isFree { test.heap.freePages(block, 1024) }
                isFree = true
            }
            let watch = WorkerWatch(test.heap, on: test.simulated, user: user)
            watch.runUntilParked()
            return (watch.waits, test.heap.figures().ledger.retained)
        }
        let quiet = try run(frees: false)
        #expect(quiet.waits.last == -1 && quiet.retained > ByteCount(8 << 20))
        let freed = try run(frees: true)
        #expect(freed.waits.prefix(quiet.waits.count - 1) == quiet.waits.dropLast())
        #expect(freed.waits.last == -1 && freed.waits.count > quiet.waits.count)
        #expect(freed.retained < ByteCount(2 << 20))
    }

    @Test func aRequestDuringWorkIsNotLost() throws {
        let test = try Self.heapWithFree(64)
        let watch = WorkerWatch(test)
        let heap = test.malloc.heap
        nonisolated(unsafe) var requests = 0
        watch.onSleep = { _ in
            // The request comes in the middle of the work: the next wait must not begin.
            requests += 1
            if requests == 1 { heap.wakeWorker() }
        }
        watch.runUntilParked()
        #expect(requests > 1)
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(2 << 20))
    }

    @Test(arguments: [0, 1, 2, 5]) func theWorkerStopsAtAnyPoint(afterWaits limit: Int) throws {
        let test = try Self.heapWithFree(64)
        let watch = WorkerWatch(test)
        nonisolated(unsafe) let thread = test.malloc.heap.worker.thread
        watch.onSleep = { count in if count > limit { thread.pointee.askToEnd() } }
        watch.isStopped = limit == 0
        watch.runUntilParked()
        #expect(watch.waits.count <= limit + 1)
        let hasEnded = thread.pointee.hasEnded
        #expect(hasEnded)
    }

    @Test func aClockThatStandsStillHoldsNothingUp() throws {
        let test = try Self.heapWithFree(64)
        let system = test.system
        let watch = WorkerWatch(test)
        watch.onSleep = { _ in system.setMonotonic(nanoseconds: 7) }
        watch.runUntilParked()
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(2 << 20))
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() throws {
        let test = try Self.heapWithFree(64)
        let system = test.system
        system.setMonotonic(nanoseconds: 3_600_000_000_000)
        let watch = WorkerWatch(test)
        watch.onSleep = { count in if count % 3 == 0 { system.setMonotonic(nanoseconds: Int64(count)) } }
        watch.runUntilParked()
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(2 << 20))
        #expect(watch.waits.count < 200)
    }

    @Test func theWorkerContinuesAfterASuspension() throws {
        let test = try Self.heapWithFree(512)
        let system = test.system
        let watch = WorkerWatch(test)
        watch.onSleep = { count in if count == 3 { system.advance(nanoseconds: 3_600_000_000_000) } }
        watch.runUntilParked()
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(2 << 20))
        // The suspension does not cause a sleep of hours.
        #expect(watch.waits.allSatisfy { $0 <= 1_000_000_000 })
    }

    @Test(arguments: [(1, 2), (2, 1)] as [(UInt, UInt)])
    func theShareFollowsTheNumberOfProcessors(before: UInt, after: UInt) throws {
        let test = try Self.heapWithFree(8000, processors: before)
        let system = test.system
        let watch = WorkerWatch(test)
        watch.onSleep = { _ in
            system.setProcessors(system.monotonicNanoseconds() < 16_000_000_000 ? before : after)
        }
        watch.endNanoseconds = 36_000_000_000
        watch.runUntilParked()
        // Ten seconds on each side of the change, without the seconds in which the pacer finds its pace.
        for (processors, seconds) in [(before, 5), (after, 22)] {
            let shares = watch.shares(ofSeconds: 10, processors: processors, from: Int64(seconds) * 1_000_000_000)
            let share = try #require(shares.first)
            #expect((0.008...0.012).contains(share), "\(processors) processors, from \(seconds) s")
        }
    }

    @Test func aSecondWorkerStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let test = try WorkerTests.heapWithFree(64)
            let watch = WorkerWatch(test)
            nonisolated(unsafe) let malloc = test.malloc
            watch.onSleep = { _ in malloc.heap.runWorker(for: malloc) }
            watch.runUntilParked()
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains { $0.hasPrefix("pageheap: a worker of the scavenger was started twice: for 0x") })
    }

    @Test func theFirstDropIsReleasedAtFullPace() throws {
        let test = try Self.heapWithFree(350)
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 3_500_000_000
        watch.runUntilParked()
        // Two cycles pass until the worker trusts the drop. Then a second and a half with 20 ms of work per second
        // comes to 28 ms, in which 137 MiB are released. If the controller spent a second only learning, it would be 50
        // MiB.
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(240 << 20))
    }

    /// The controller begins with a thousandth, and learns its pace in the idle rounds before the release; otherwise a
    /// sleep of a second would follow the first stretch.
    @Test func theFirstStretchOfReleaseIsFollowedByOthersAtOnce() throws {
        let test = try Self.heapWithFree(350)
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 2_900_000_000
        watch.runUntilParked()
        #expect(test.malloc.heap.figures().ledger.retained < ByteCount(300 << 20))
    }
}
