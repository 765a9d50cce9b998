import InMemoryLogging
import Logging
import MetricsTestKit
import PageHeap
import PageHeapService
import ServiceLifecycle
import ServiceLifecycleTestKit
import TestSupport
import Testing

/// The service that reports on a heap and watches it.
struct HeapServiceTests {
    private let log = InMemoryLogHandler()
    private let metrics = TestMetrics()
    private var logger: Logger { Logger(label: "test", factory: { _ in log }) }

    private func configuration(_ change: (inout HeapService.Configuration) -> Void = { _ in })
        -> HeapService.Configuration
    {
        var configuration = HeapService.Configuration()
        // So long that no test waits for the next look.
        configuration.interval = .seconds(3600)
        change(&configuration)
        return configuration
    }

    private func systemByteCount(of heap: String = "test") throws -> [Double] {
        try metrics.expectMeter("pageheap_system_bytes", [("heap", heap)]).values
    }

    /// Runs a service on a heap with these figures, until it has seen them all; then shuts it down.
    private func run(_ figures: [PagedHeap.Statistics], _ configuration: HeapService.Configuration) async throws
        -> ScriptedHeap
    {
        try await testGracefulShutdown { trigger in
            // The service reads once for the log, then for each report.
            let heap = ScriptedHeap(figures) { reading in
                if reading == figures.count { trigger.triggerGracefulShutdown() }
            }
            try await HeapService(
                heap: heap, name: "test", logger: logger, configuration: configuration, metrics: metrics
            ).run()
            return heap
        }
    }

    /// The service also logs once what it watches.
    @Test func theServiceReportsAtOnceAndAtTheShutdown() async throws {
        let first = try PagedHeap.Statistics.scripted(["systemByteCount": 1, "memoryLimitByteCount": 1e9])
        let heap = try await run(
            [first, try .scripted(["systemByteCount": 2, "memoryLimitByteCount": 1e9])],
            configuration { $0.limitWarningPercent = 90 })
        #expect(heap.readings == 3)
        #expect(try systemByteCount() == [2, 2])
        #expect(heap.releases == 0)
        let entry = try #require(log.entries.first)
        #expect(log.entries.count == 1)
        #expect(entry.level == .info)
        #expect(
            entry.metadata == [
                "heap": "test", "interval": "3600.0 seconds", "reports_metrics": "true",
                "releases_at_shutdown": "false",
                "limit_bytes": "1000000000", "limit_warning_percent": "90", "retained_bytes": "1",
            ])
    }

    @Test func theServiceReportsAtItsInterval() async throws {
        let figures = try (1...6).map { try PagedHeap.Statistics.scripted(["systemByteCount": Double($0)]) }
        let heap = try await run(figures, configuration { $0.interval = .milliseconds(1) })
        #expect(try systemByteCount().prefix(5) == [2, 3, 4, 5, 6])
        #expect(heap.readings > figures.count)
    }

    @Test func theServiceReleasesFreeMemoryAtTheShutdownOnRequest() async throws {
        let heap = try await run(
            [try .scripted(["systemByteCount": 1]), try .scripted(["systemByteCount": 2])],
            configuration { $0.releasesAtShutdown = true })
        #expect(heap.releases == 1)
        #expect(try systemByteCount() == [2, 2, 2])
        #expect(log.entries.last?.metadata["returned_bytes"] == "4096")
    }

    @Test func theServiceWatchesWithoutMetrics() async throws {
        let heap = try await run(
            [try .scripted(), try .scripted(["releaseFailureCount": 1])], configuration { $0.reportsMetrics = false })
        #expect(heap.readings == 3)
        #expect(metrics.meters.isEmpty && metrics.counters.isEmpty && metrics.timers.isEmpty)
        #expect(log.entries.map(\.level) == [.info, .warning])
    }

    @Test func cancellationEndsTheServiceAsAShutdownDoes() async throws {
        let (readings, continuation) = AsyncStream.makeStream(of: Int.self)
        let heap = ScriptedHeap([try .scripted(["systemByteCount": 5])]) { continuation.yield($0) }
        let service = try HeapService(
            heap: heap, name: "test", logger: logger, configuration: configuration(), metrics: metrics)
        let task = Task { try await service.run() }
        for await reading in readings where reading == 2 { break }
        task.cancel()
        try await task.value
        #expect(try systemByteCount() == [5, 5])
    }

    @Test func aPageHeapCanBeAServiceOfAGroup() async throws {
        let heap = try PagedHeap()
        let run = try heap.allocate(pageCount: 100)
        let service = try HeapService(
            heap: heap, name: "pages", logger: logger, configuration: configuration(), metrics: metrics)
        let group = ServiceGroup(services: [service], logger: logger)
        async let end: Void = group.run()
        while metrics.meters.isEmpty { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await end
        let inUse = try metrics.expectMeter("pageheap_memory_bytes", [("heap", "pages"), ("state", "in_use")])
        #expect(inUse.lastValue == Double(100 * PagedHeap.pageSize))
        run.release()
    }

    @Test func eventsOfAPageHeapAreLogged() async throws {
        let heap = try PagedHeap()
        var logger = logger
        logger.logLevel = .debug
        let service = try HeapService(
            heap: heap, name: "pages", logger: logger, configuration: configuration(), metrics: metrics)
        let message: Logger.Message = "memory given back on request"
        let task = Task { try await service.run() }
        // The service may not listen yet at the time of the first release.
        while !log.entries.contains(where: { $0.message == message }) {
            heap.releaseFreeMemory()
            try await Task.sleep(for: .milliseconds(10))
        }
        task.cancel()
        try await task.value
        let entry = try #require(log.entries.first { $0.message == message })
        #expect(entry.level == .debug)
        #expect(entry.metadata["heap"] == "pages")
        #expect(entry.metadata["released_bytes"] == "0")
        #expect(entry.metadata["controller_reset"] == "false")
    }

    @Test func theServiceWarnsOnceOfAnotherMallocAndWaits() async throws {
        #expect(throws: ProcessMallocError.notLoaded, "the tests do not run on the malloc") { try ProcessMalloc() }
        try await testGracefulShutdown { trigger in
            let service = try HeapService(logger: logger, metrics: metrics)
            try await withThrowingTaskGroup { group in
                let hasEnded = Flag()
                group.addTask {
                    try await service.run()
                    hasEnded.set()
                }
                while log.entries.isEmpty { await Task.yield() }
                #expect(!hasEnded.isSet)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        let entry = try #require(log.entries.first)
        #expect(log.entries.count == 1)
        #expect(entry.level == .warning)
        #expect(entry.metadata == ["heap": "malloc", "reason": "\(ProcessMallocError.notLoaded)"])
        #expect(metrics.meters.isEmpty)
    }

    @Test(arguments: [(Duration.zero, 98, "interval"), (.seconds(1), 0, "limit"), (.seconds(1), 101, "limit")])
    func settingsOutOfRangeAreRefused(_ interval: Duration, _ percent: Int, _ word: String) {
        var configuration = HeapService.Configuration()
        configuration.interval = interval
        configuration.limitWarningPercent = percent
        let error = #expect(throws: PageHeapError.self) {
            try HeapService(logger: logger, configuration: configuration)
        }
        #expect(error?.description.contains(word) == true)
    }
}
