import Foundation
import PageHeapCore
import PageHeapSimulation
import Synchronization
import TestSupport
import Testing

/// When the worker's thread begins and ends, and who may be it, in virtual time.
struct WorkerLifeTests {
    private static let patience = Tunables.workerIdleNanoseconds
    private static let oneMebibyte = ByteCount(1 << 20)

    /// A malloc whose worker ends after two seconds, as that of a process does, with some MiB free.
    private static func malloc(_ mebibytes: Int) throws -> TestMalloc {
        var configuration = HeapConfiguration.original
        configuration.workerIdleNanoseconds = patience
        let test = TestMalloc(.withRealCosts(), configuration)
        try drop(mebibytes, test)
        return test
    }

    private static func drop(_ mebibytes: Int, _ test: TestMalloc) throws {
        let blocks = try (0..<mebibytes).map { _ in try #require(test.allocate(1 << 20)) }
        for block in blocks { test.free(block) }
    }

    // MARK: Hold-offs, as around a fork

    /// Asks for a worker.
    /// - Returns: whether that starts a thread.
    private static func startsWorker(_ heap: Heap<SimulatedOperatingSystem>) -> Bool {
        var isStarted = false
        heap.askForWorker()
        heap.startWorkerIfWanted {
            isStarted = true
            return true
        }
        return isStarted
    }

    @Test func aWorkerGoesOnIfAHoldOffEndsBeforeTheWorkerNotices() throws {
        let test = try Self.malloc(64)
        let heap = test.malloc.heap
        #expect(Self.startsWorker(heap))
        #expect(heap.holdOffWorker {})
        heap.endHoldOff(delay: 0)
        #expect(!Self.startsWorker(heap), "there is a thread")
        heap.runWorker(for: test.malloc)
        #expect(heap.figures().ledger.retained < Self.oneMebibyte * 2)
    }

    @Test func aWorkerThatEndsForAHoldOffIsStartedAgainAfterIt() throws {
        let test = try Self.malloc(64)
        let heap = test.malloc.heap
        #expect(Self.startsWorker(heap))
        #expect(heap.holdOffWorker { heap.runWorker(for: test.malloc) })
        #expect(heap.holdOffWorker {}, "a second thread forks")
        #expect(!Self.startsWorker(heap))
        heap.endHoldOff(delay: 0)
        #expect(!Self.startsWorker(heap))
        heap.endHoldOff(delay: 0)
        #expect(Self.startsWorker(heap))
        heap.runWorker(for: test.malloc)
        #expect(heap.figures().ledger.retained < Self.oneMebibyte * 2)
    }

    /// As in a signal handler that interrupted its thread's own use of the lock.
    @Test func thereIsNoHoldOffIfTheLockStaysHeld() throws {
        let test = try Self.malloc(64)
        let heap = test.malloc.heap
        heap.worker.thread.pointee.lock.lock()
        #expect(!heap.holdOffWorker { Issue.record("nothing to wait for") })
        heap.worker.thread.pointee.lock.unlock()
        #expect(Self.startsWorker(heap))
        heap.runWorker(for: test.malloc)
    }

    // MARK: The end

    @Test func theWorkerEndsAfterTwoSecondsParkedAndTheNextOneGoesOn() throws {
        let test = try Self.malloc(64)
        let watch = WorkerWatch(test)
        watch.runUntilParked()
        #expect(watch.waits.filter { $0 == Self.patience }.count == 1 && watch.waits.last == Self.patience)
        let heap = test.malloc.heap
        let isServed = heap.requests.pointee.isServed
        #expect(!isServed && !heap.wantsWorker)
        let first = heap.figures()
        #expect(first.ledger.retained < Self.oneMebibyte * 2)
        try Self.drop(64, test)
        watch.runUntilParked()
        let second = heap.figures()
        #expect(second.ledger.retained < Self.oneMebibyte * 2)
        #expect(
            second.workerNanoseconds > first.workerNanoseconds
                && second.values.worker_wake_ups_total > first.values.worker_wake_ups_total)
        #expect(second.workerNanoseconds == UInt64(test.system.threadProcessorNanoseconds()))
    }

    @Test func aRequestWhenItsTimeIsUpKeepsTheWorker() throws {
        let test = try Self.malloc(16)
        let block = try #require(test.allocate(20 << 20))
        let watch = WorkerWatch(test)
        watch.onSleep = { _ in
            if watch.waits.last == Self.patience && test.live[block] != nil { test.free(block) }
        }
        watch.runUntilParked()
        #expect(watch.waits.filter { $0 == Self.patience }.count == 2)
        #expect(test.malloc.heap.figures().ledger.retained < Self.oneMebibyte * 2)
    }

    @Test func aWorkerThatReleasesNothingForTwoSecondsEnds() throws {
        let test = try Self.malloc(64)
        let heap = test.malloc.heap
        let watch = WorkerWatch(test)
        watch.endNanoseconds = 60_000_000_000
        watch.onSleep = { _ in
            // From a page cache, so that there is something to look for at the next cycle.
            guard let page = heap.allocatePages(1, alignment: 1, shard: 0) else { return }
            heap.freePages(page.address, 1)
        }
        watch.runUntilParked()
        #expect(test.system.monotonicNanoseconds() < 15_000_000_000)
        #expect(!watch.waits.contains { $0 < 0 || $0 == Self.patience })
        let isServed = heap.requests.pointee.isServed
        #expect(!isServed)
        #expect(heap.figures().ledger.retained < Self.oneMebibyte * 4)
    }

    // MARK: The start

    @Test func callersReleaseForATimeIfTheThreadIsRefused() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        let member = try heaps.add()
        try heaps.use(member, 50)
        heaps.free(member, 50)
        #expect(member.heap.wantsWorker)
        member.heap.startWorkerIfWanted { false }
        #expect(member.heap.callerRelease == .forATime && !member.heap.wantsWorker)
        member.heap.askForWorker()
        member.heap.startWorkerIfWanted {
            Issue.record("it was tried again at once")
            return true
        }
        heaps.system.advance(nanoseconds: 2 * Tunables.workerRetryNanoseconds)
        heaps.lookAfter(member)
        #expect(member.heap.callerRelease == .no)
        heaps.watch().runUntilParked()
        #expect(member.retained < Self.oneMebibyte * 2)
    }

    @Test func callersReleaseForAHeapThatSharesAWorkerButMayHaveNone() throws {
        let heaps = SharedTestHeaps(.withRealCosts())
        var configuration = HeapConfiguration.original
        configuration.releasesInCallers = true
        let member = try heaps.add(configuration)
        try heaps.use(member, 50)
        heaps.free(member, 50)
        for _ in 0..<1000 {
            heaps.system.advance(nanoseconds: 2 * Tunables.callerLookNanoseconds)
            member.heap.releaseInCallerIfWanted(for: NoPageUser())
        }
        #expect(member.retained < Self.oneMebibyte * 2)
    }

    // MARK: Who it is

    @Test func anotherThreadThatSleepsAsTheWorkerStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let test = try WorkerLifeTests.malloc(1)
            var clock = WorkerClock(reading: 0)
            let thread = test.malloc.heap.worker.thread
            _ = thread.pointee.sleep(1, &clock, unlessSignalled: thread.pointee.signal, test.system)
            exit(EXIT_SUCCESS)
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains("pageheap: another thread works as the scavenger's worker"))
    }

    @Test func anotherThreadThatWorksAsTheWorkerStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let test = try WorkerLifeTests.malloc(64)
            nonisolated(unsafe) let thread = test.malloc.heap.worker.thread
            let watch = WorkerWatch(test)
            watch.onSleep = { _ in
                thread.pointee.checkIsCurrent()
                Thread { thread.pointee.checkIsCurrent() }.start()
                Thread.sleep(forTimeInterval: 60)
            }
            watch.runUntilParked()
            exit(EXIT_SUCCESS)
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains("pageheap: another thread works as the scavenger's worker"))
    }
}
