import CoreMetrics
import PageHeap
import Synchronization

/// Reports a heap's figures to swift-metrics, as the gauges, counters and timers of ``HeapMetric/all``.
///
/// ```swift
/// let reporter = MetricsReporter(heap: try ProcessMalloc(), name: "malloc")
/// try await reporter.run(every: .seconds(10))
/// ```
///
/// Every metric has the dimension `heap`, so that several heaps can be told apart. Of a ``/PageHeap/ProcessMalloc``, those
/// figures are reported, too, that only a malloc has.
///
/// Counters follow the heap's totals: after a report, a counter's value is the total. Totals that begin at zero anew, as
/// in a forked child, are added to what was reported before. Where the metrics system has no counter of fractions of its
/// own, swift-metrics rounds CPU times down to whole seconds.
///
/// All methods may be called from any thread at any time. Only one reporter should report under a name.
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

    /// Makes a reporter. Metrics are registered with its first report.
    ///
    /// - Parameters:
    ///   - heap: what is reported: a heap, or the process's malloc.
    ///   - name: the value of the dimension `heap`.
    ///   - factory: where the metrics are registered; if nothing, wherever `MetricsSystem.factory` is at the first report.
    /// - Complexity: O(1).
    public convenience init(heap: some ScavengedHeap, name: String, factory: (any MetricsFactory)? = nil) {
        self.init(name: name, factory: factory) { HeapSnapshot(of: heap) }
    }

    package init(name: String, factory: (any MetricsFactory)?, snapshot: @escaping @Sendable () -> HeapSnapshot) {
        self.name = name
        self.factory = factory
        self.snapshot = snapshot
    }

    /// Reports the figures of this moment.
    ///
    /// - Returns: those figures.
    /// - Complexity: that of the heap's `statistics`, and about thirty calls of the metrics system.
    @discardableResult
    public func report() -> PageHeap.Statistics {
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

    /// Reports at once, then from time to time, and a last time when the task is cancelled; then it returns.
    ///
    /// - Parameters:
    ///   - interval: from the end of one report to the next; more than nothing.
    ///   - body: is called after each report with the figures, on the task that called.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``.
    /// - Complexity: that of ``report()``, each `interval`.
    nonisolated(nonsending) public func run(
        every interval: Duration, afterEach body: (PageHeap.Statistics) -> Void = { _ in }
    ) async throws(PageHeapError) {
        guard interval > .zero else { throw .invalidInterval(interval) }
        while !Task.isCancelled {
            body(report())
            // It ends early when the task is cancelled, which the loop sees.
            try? await Task.sleep(for: interval)
        }
        body(report())
    }

    /// Takes all metrics out of the metrics system, for a heap that ends before the program does. A later report
    /// registers them again.
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
