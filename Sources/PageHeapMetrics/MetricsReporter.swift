import CoreMetrics
import PageHeap
import Synchronization

/// Reports a heap's statistics to swift-metrics, as the gauges, counters and timers of ``HeapMetric/all``.
///
/// ```swift
/// let reporter = MetricsReporter(heap: try ProcessMalloc(), name: "malloc")
/// try await reporter.run(every: .seconds(10))
/// ```
///
/// Every metric has the dimension `heap`, which distinguishes several heaps. For a ``/PageHeap/ProcessMalloc``, the
/// reporter also reports the figures that only a malloc has.
///
/// Counters follow the heap's totals: after a report, a counter's value is the total. If the totals restart from zero,
/// as in a forked child, the counters continue from their previous values. If the metrics system has no floating-point
/// counter of its own, swift-metrics rounds CPU times down to whole seconds.
///
/// All methods may be called from any thread at any time. Use at most one reporter per name.
public final class MetricsReporter: Sendable {
    private struct State {
        var instruments: [Instrument]
        var duration: CoreMetrics.Timer
        var last: HeapSnapshot?
    }

    private let name: String
    private let factory: (any MetricsFactory)?
    private let snapshot: @Sendable () -> HeapSnapshot
    private let state = Mutex<State?>(nil)

    /// Creates a reporter. Its first report registers the metrics.
    ///
    /// - Parameters:
    ///   - heap: the heap to report on: a page heap, or the process's malloc.
    ///   - name: the value of the dimension `heap`.
    ///   - factory: the factory that makes the metrics; if nil, `MetricsSystem.factory` at the time of the first
    ///     report.
    /// - Complexity: O(1).
    public convenience init(heap: some ScavengedHeap, name: String, factory: (any MetricsFactory)? = nil) {
        self.init(name: name, factory: factory) { HeapSnapshot(of: heap) }
    }

    package init(name: String, factory: (any MetricsFactory)?, snapshot: @escaping @Sendable () -> HeapSnapshot) {
        self.name = name
        self.factory = factory
        self.snapshot = snapshot
    }

    /// Reports the heap's current statistics.
    ///
    /// - Returns: the reported statistics.
    /// - Complexity: that of the heap's `statistics`, and about thirty calls of the metrics system.
    @discardableResult
    public func report() -> PagedHeap.Statistics {
        // Snapshots must reach the counters in the order in which they were taken.
        state.withLock { state in
            let now = ContinuousClock.now
            let snapshot = snapshot()
            let elapsed = now.duration(to: .now)
            var current = state ?? register()
            let instruments = current.instruments
            let hasBegunAnew =
                current.last.map { last in instruments.contains { $0.series.hasFallen(from: last, to: snapshot) } }
                ?? false
            for index in current.instruments.indices {
                current.instruments[index].report(snapshot, hasBegunAnew: hasBegunAnew)
            }
            current.duration.recordNanoseconds(Int64(elapsed / .nanoseconds(1)))
            current.last = snapshot
            state = current
            return snapshot.heap
        }
    }

    /// Reports at once, then at regular intervals. When the task is cancelled, reports a last time and returns.
    ///
    /// - Parameters:
    ///   - interval: the time from the end of one report to the next report; more than zero.
    ///   - body: a closure that is called with the statistics after each report, on the calling task.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``.
    /// - Complexity: that of ``report()`` per `interval`.
    nonisolated(nonsending) public func run(
        every interval: Duration, afterEach body: (PagedHeap.Statistics) -> Void = { _ in }
    ) async throws(PageHeapError) {
        guard interval > .zero else { throw .invalidInterval(interval) }
        while !Task.isCancelled {
            body(report())
            // Ends early if the task is cancelled, which the loop condition then sees.
            try? await Task.sleep(for: interval)
        }
        body(report())
    }

    /// Removes all metrics from the metrics system. For a heap that is destroyed before the program ends. A later
    /// report registers them again.
    public func unregister() {
        state.withLock { state in
            guard var current = state else { return }
            for index in current.instruments.indices { current.instruments[index].unregister() }
            current.duration.destroy()
            state = nil
        }
    }

    private func register() -> State {
        let factory = factory ?? MetricsSystem.factory
        let instruments = HeapMetric.all.flatMap { metric in
            metric.series.map { Instrument($0, of: metric, heap: name, factory: factory) }
        }
        let duration = CoreMetrics.Timer(
            label: HeapMetric.snapshotDuration.name, dimensions: [("heap", name)], factory: factory)
        return State(instruments: instruments, duration: duration)
    }
}
