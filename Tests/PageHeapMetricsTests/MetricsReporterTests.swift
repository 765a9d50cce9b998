import CoreMetrics
import MetricsTestKit
import PageHeap
import PageHeapFigures
import PageHeapMetrics
import TestSupport
import Testing

/// Reports of a heap's figures to swift-metrics.
struct MetricsReporterTests {
    private let metrics = FractionalTestMetrics()

    private func gauge(_ name: String, _ dimensions: (String, String)..., heap: String = "test") throws -> Double? {
        try metrics.base.expectMeter(name, [("heap", heap)] + dimensions).lastValue
    }

    private func counter(_ name: String, _ dimensions: (String, String)..., heap: String = "test") throws -> Int64 {
        try metrics.base.expectCounter(name, [("heap", heap)] + dimensions).totalValue
    }

    private func reporter(_ figures: [PagedHeap.Statistics]) -> MetricsReporter {
        MetricsReporter(heap: ScriptedHeap(figures), name: "test", factory: metrics)
    }

    @Test func everyFigureHasItsSeriesAndValue() throws {
        let chosen = Figure.all.enumerated().map { (figure: $1, value: Double($0 + 1) * 1e9) }
        let properties = chosen.compactMap { each in
            each.figure.property.map { ($0, each.figure.unit == .nanoseconds ? each.value / 1e9 : each.value) }
        }
        let figures = try PagedHeap.Statistics.scripted(Dictionary(uniqueKeysWithValues: properties))
        #expect(reporter([figures]).report() == figures)
        for (figure, value) in chosen {
            guard let metric = figure.metric else { continue }
            let dimensions = [("heap", "test")] + metric.dimensions
            let reported: Double? =
                switch (figure.kind, figure.unit) {
                case (.counter, .nanoseconds): metrics.seconds(metric.name).map { $0 * 1e9 }
                case (.counter, _): Double(try metrics.base.expectCounter(metric.name, dimensions).totalValue)
                case (.gauge, _): try metrics.base.expectMeter(metric.name, dimensions).lastValue
                }
            #expect(reported == value, "\(figure.name)")
            let listed = try #require(HeapMetric.all.first { $0.name == metric.name })
            #expect(listed.dimensionNames == metric.dimensions.map(\.0), "\(figure.name)")
        }
    }

    @Test func seriesMadeOfSeveralFiguresAreReported() throws {
        reporter([
            try .scripted(
                [
                    "systemByteCount": 1000, "releasedByteCount": 200, "releasedInUseByteCount": 100,
                    "scavengerRecentShare": 0.0075,
                ],
                lockHolds: ["sampleCount": 3, "p50Nanoseconds": 256, "p999Nanoseconds": 4096])
        ]).report()
        #expect(try gauge("pageheap_retained_bytes") == 700)
        #expect(try gauge("pageheap_scavenger_cpu_ratio") == 0.0075)
        #expect(try gauge("pageheap_lock_hold_seconds", ("during", "work"), ("quantile", "0.5")) == 256e-9)
        #expect(try gauge("pageheap_lock_hold_seconds", ("during", "work"), ("quantile", "0.999")) == 4096e-9)
    }

    @Test func onlyAMallocReportsMallocFigures() throws {
        let heap = try PagedHeap.Statistics.scripted()
        let malloc = try MallocStatistics.scripted(
            ["blockByteCount": 1, "threadCacheByteCount": 2, "threadCacheBlockCount": 3, "threadCacheCount": 4],
            heap: heap)
        MetricsReporter(name: "test", factory: metrics) { HeapSnapshot(heap: heap, malloc: malloc) }.report()
        #expect(try gauge("pageheap_malloc_block_bytes") == 1)
        #expect(try gauge("pageheap_malloc_thread_cache_bytes") == 2)
        #expect(try gauge("pageheap_malloc_thread_cache_blocks") == 3)
        #expect(try gauge("pageheap_malloc_thread_caches") == 4)

        MetricsReporter(heap: ScriptedHeap([heap]), name: "other", factory: metrics).report()
        #expect(try gauge("pageheap_system_bytes", heap: "other") == 0)
        let ofOther = metrics.base.meters.filter { $0.dimensions.contains { $0.1 == "other" } }
        #expect(!ofOther.contains { $0.label.hasPrefix("pageheap_malloc_") })
    }

    @Test func countersFollowTheTotalsExactly() throws {
        let totals = [10.0, 10, 25, 1e9, 1e9 + 1]
        let reporter = reporter(
            try totals.map { try .scripted(["releasedInBackgroundTotalByteCount": $0, "scavengerSeconds": $0 / 1e9]) })
        for total in totals {
            reporter.report()
            #expect(try counter("pageheap_released_bytes_total", ("cause", "background")) == Int64(total))
            #expect(metrics.seconds("pageheap_scavenger_cpu_seconds_total") == total / 1e9)
        }
    }

    @Test func smallStepsOnALargeSumCauseNoRoundingError() throws {
        let before = 1e6 / 3
        let totals = (1...1000).map { Double($0) / 3000 }
        let reporter = reporter(try ([before] + totals).map { try .scripted(["scavengerSeconds": $0]) })
        reporter.report()
        // Adding the differences instead would be wrong by tens of units in the sum's last place.
        var (last, byDifferences, reported) = (0.0, before, before)
        for total in totals {
            reporter.report()
            reported = metrics.seconds("pageheap_scavenger_cpu_seconds_total") ?? -1
            #expect(abs(reported - (before + total)) <= before.ulp)
            byDifferences += total - last
            last = total
        }
        #expect(abs(byDifferences - reported) > 10 * before.ulp)
    }

    @Test func totalsThatRestartAtZeroAreAdded() throws {
        let reporter = reporter([
            try .scripted(["releaseCallCount": 100, "generation": 5, "scavengerSeconds": 2]),
            // As in a forked child: fewer calls, though more generations than the parent had.
            try .scripted(["releaseCallCount": 30, "generation": 7, "scavengerSeconds": 0.5]),
            try .scripted(["releaseCallCount": 31, "generation": 7, "scavengerSeconds": 0.75]),
        ])
        reporter.report()
        reporter.report()
        #expect(try counter("pageheap_release_calls_total") == 130)
        #expect(try counter("pageheap_scavenger_generations_total") == 12)
        #expect(metrics.seconds("pageheap_scavenger_cpu_seconds_total") == 2.5)
        reporter.report()
        #expect(try counter("pageheap_release_calls_total") == 131)
        #expect(try counter("pageheap_scavenger_generations_total") == 12)
        #expect(metrics.seconds("pageheap_scavenger_cpu_seconds_total") == 2.75)
        let values = metrics.base.counters.flatMap(\.values)
        #expect(values.allSatisfy { $0 >= 0 })
    }

    @Test func aMissingGoalOrLimitIsNotReported() throws {
        let reporter = reporter([
            try .scripted(), try .scripted(["goalByteCount": 1, "memoryLimitByteCount": 2]), try .scripted(),
            try .scripted(["memoryLimitByteCount": 3]),
        ])
        func isThere(_ name: String) -> Bool { !metrics.base.meters(label: name).isEmpty }
        reporter.report()
        #expect(!isThere("pageheap_goal_bytes"))
        #expect(!isThere("pageheap_memory_limit_bytes"))
        #expect(!isThere("pageheap_lock_hold_seconds"))
        reporter.report()
        #expect(try gauge("pageheap_goal_bytes") == 1)
        #expect(try gauge("pageheap_memory_limit_bytes") == 2)
        reporter.report()
        #expect(!isThere("pageheap_goal_bytes"))
        #expect(!isThere("pageheap_memory_limit_bytes"))
        reporter.report()
        #expect(try gauge("pageheap_memory_limit_bytes") == 3)
    }

    @Test func aHeapThatIsUnregisteredLeavesNothingBehind() throws {
        let reporter = reporter([try .scripted(["releaseCallCount": 7, "scavengerSeconds": 3])])
        #expect(metrics.isEmpty, "registered before the first report")
        reporter.report()
        #expect(!metrics.isEmpty)
        reporter.unregister()
        #expect(metrics.isEmpty)
        reporter.report()
        #expect(try counter("pageheap_release_calls_total") == 7)
        #expect(metrics.seconds("pageheap_scavenger_cpu_seconds_total") == 3)
    }

    @Test func cpuTimesAreWholeSecondsWithoutFractionalCounters() throws {
        let whole = TestMetrics()
        let figures = try [0.6, 1.3, 2.9].map { try PagedHeap.Statistics.scripted(["scavengerSeconds": $0]) }
        let reporter = MetricsReporter(heap: ScriptedHeap(figures), name: "test", factory: whole)
        for seconds in [0, 1, 2] as [Int64] {
            reporter.report()
            let counter = try whole.expectCounter("pageheap_scavenger_cpu_seconds_total", [("heap", "test")])
            #expect(counter.totalValue == seconds)
        }
    }

    @Test func eachReportRecordsHowLongItTook() throws {
        let reporter = reporter([try .scripted()])
        for _ in 0..<3 { reporter.report() }
        let timer = try metrics.base.expectTimer("pageheap_snapshot_duration_seconds", [("heap", "test")])
        #expect(timer.values.count == 3)
        #expect(timer.values.allSatisfy { $0 >= 0 })
    }

    @Test func theTasksFactoryIsTheDefault() throws {
        let reporter = MetricsReporter(heap: ScriptedHeap([try .scripted(["systemByteCount": 9])]), name: "test")
        withMetricsFactory(metrics) { _ = reporter.report() }
        #expect(try gauge("pageheap_system_bytes") == 9)
    }

    @Test func reportsFromSeveralTasksAtOnceAreConsistent() async throws {
        let heap = try PagedHeap()
        let reporter = MetricsReporter(heap: heap, name: "test", factory: metrics)
        try await withThrowingTaskGroup { group in
            for task in 1...4 {
                group.addTask {
                    for round in 0..<200 {
                        let run = try heap.allocate(pageCount: task * (round % 7 + 1))
                        run.release()
                        if round % 50 == 0 { heap.releaseFreeMemory() }
                        reporter.report()
                    }
                }
            }
            try await group.waitForAll()
        }
        let last = reporter.report()
        #expect(
            try counter("pageheap_released_bytes_total", ("cause", "request")) == last.releasedOnRequestTotalByteCount)
        let states = try ["in_use", "cached", "free_retained", "released", "released_in_use"].map {
            try gauge("pageheap_memory_bytes", ("state", $0)) ?? -1
        }
        #expect(states.reduce(0, +) == Double(last.systemByteCount))
    }

    @Test func reportsGoOnUntilCancellationAndEndWithALastOne() async throws {
        let (readings, continuation) = AsyncStream.makeStream(of: Int.self)
        let heap = ScriptedHeap([try .scripted()]) { continuation.yield($0) }
        let reporter = MetricsReporter(heap: heap, name: "test", factory: metrics)
        let task = Task {
            var seen = 0
            try await reporter.run(every: .milliseconds(1)) { _ in seen += 1 }
            return seen
        }
        var before = 0
        for await reading in readings where reading >= 3 {
            before = reading
            break
        }
        task.cancel()
        let seen = try await task.value
        #expect(seen == heap.readings)
        #expect(seen > before)
    }

    @Test func aTaskCancelledBeforehandReportsOnce() async throws {
        let heap = ScriptedHeap([try .scripted()])
        let reporter = MetricsReporter(heap: heap, name: "test", factory: metrics)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await reporter.run(every: .seconds(3600))
        }
        task.cancel()
        try await task.value
        #expect(heap.readings == 1)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func anIntervalMustBePositive(_ interval: Duration) async throws {
        let reporter = reporter([try .scripted()])
        await #expect(throws: PageHeapError.self) { try await reporter.run(every: interval) }
        #expect(metrics.isEmpty)
    }
}
