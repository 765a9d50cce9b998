import CoreMetrics
import Logging
import PageHeap
import PageHeapMetrics
import ServiceLifecycle

/// A heap among the services of a server: reports its metrics, logs what is notable, and ends when the server does.
///
/// <!-- given:
/// import Logging
/// import ServiceLifecycle
/// func services() -> (Logger, any Service) { fatalError() }
/// let (logger, server) = services()
/// -->
/// ```swift
/// let group = ServiceGroup(services: [try HeapService(logger: logger), server], logger: logger)
/// try await group.run()
/// ```
///
/// It logs what it watches once, at `info`; that memory is near its limit, that the system refuses to take memory back,
/// and that there is nothing to watch, at `warning`; what the scavenger does, at `debug`: each event of a heap, and of the
/// process's malloc each look that saw a generation of the search end. All figures are metadata, in bytes where the key
/// says so.
///
/// At a graceful shutdown, and when it is cancelled, it reports a last time.
public struct HeapService: Service {
    private let name: String
    private let configuration: Configuration
    private let logger: Logger
    private let metrics: (any MetricsFactory)?
    private let find: @Sendable () throws(ProcessMallocError) -> any ScavengedHeap

    /// Makes a service for the process's malloc.
    ///
    /// Where malloc is another one, the service says so in a warning and waits for the shutdown: the same server runs with
    /// and without it.
    ///
    /// - Parameters:
    ///   - logger: what is notable goes there, with the metadata `heap`, which is `malloc`.
    ///   - configuration: what it does.
    ///   - metrics: where metrics are reported; if nothing, wherever `MetricsSystem.factory` is when the service begins.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``, ``/PageHeap/PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). The heap is first looked at when the service runs.
    public init(
        logger: Logger, configuration: Configuration = Configuration(), metrics: (any MetricsFactory)? = nil
    ) throws(PageHeapError) {
        try self.init(name: "malloc", logger: logger, configuration: configuration, metrics: metrics) {
            () throws(ProcessMallocError) in try ProcessMalloc()
        }
    }

    /// Makes a service for a heap.
    ///
    /// - Parameters:
    ///   - heap: what is watched. The service keeps it alive.
    ///   - name: tells it from other heaps: the metadata `heap` of what is logged, and the dimension `heap` of the metrics.
    ///   - logger: what is notable goes there.
    ///   - configuration: what it does.
    ///   - metrics: where metrics are reported; if nothing, wherever `MetricsSystem.factory` is when the service begins.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``, ``/PageHeap/PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). The heap is first looked at when the service runs.
    public init(
        heap: some ScavengedHeap, name: String, logger: Logger, configuration: Configuration = Configuration(),
        metrics: (any MetricsFactory)? = nil
    ) throws(PageHeapError) {
        try self.init(name: name, logger: logger, configuration: configuration, metrics: metrics) {
            () throws(ProcessMallocError) in heap
        }
    }

    private init(
        name: String, logger: Logger, configuration: Configuration, metrics: (any MetricsFactory)?,
        find: @escaping @Sendable () throws(ProcessMallocError) -> any ScavengedHeap
    ) throws(PageHeapError) {
        try configuration.check()
        self.name = name
        self.configuration = configuration
        self.metrics = metrics
        self.find = find
        var logger = logger
        logger[metadataKey: "heap"] = "\(name)"
        self.logger = logger
    }

    /// Watches the heap until the shutdown.
    ///
    /// - Throws: nothing that could happen: the configuration has been checked.
    public func run() async throws {
        let heap: any ScavengedHeap
        do {
            heap = try find()
        } catch {
            logger.warning("no heap to watch", metadata: ["reason": "\(error)"])
            // A service that ends before its group would end the group. Cancellation is an end like any other.
            try? await gracefulShutdown()
            return
        }
        let reporter = makeReporter(heap)
        let first = heap.statistics
        logBeginning(first)
        try await cancelWhenGracefulShutdown { [configuration, logger] in
            let events = heap as? PageHeap
            async let tale: Void? = events?.logEvents(to: logger)
            var watch = HeapWatch(
                logger: logger, warningPercent: configuration.limitWarningPercent, seesEvents: events != nil,
                first: first)
            try await reporter.run(every: configuration.interval) { watch.look(at: $0) }
            try await tale
        }
        if configuration.releasesAtShutdown {
            let bytes = heap.releaseFreeMemory()
            logger.info("free memory given back", metadata: ["released_bytes": "\(bytes)"])
            reporter.report()
        }
    }

    private func makeReporter(_ heap: some ScavengedHeap) -> MetricsReporter {
        MetricsReporter(
            heap: heap, name: name, factory: configuration.reportsMetrics ? metrics : NOOPMetricsHandler.instance)
    }

    private func logBeginning(_ figures: PageHeap.Statistics) {
        logger.info(
            "watching a heap",
            metadata: [
                "interval": "\(configuration.interval)",
                "reports_metrics": "\(configuration.reportsMetrics)",
                "releases_at_shutdown": "\(configuration.releasesAtShutdown)",
                "limit_bytes": "\(figures.memoryLimitBytes.map(String.init) ?? "none")",
                "limit_warning_percent": "\(configuration.limitWarningPercent)",
                "retained_bytes": "\(figures.retainedBytes)",
            ])
    }
}
