import CoreMetrics
import Logging
import PageHeap
import PageHeapMetrics
import ServiceLifecycle

/// A service that watches a heap in a server: it reports the heap's metrics, logs notable events, and
/// ends with the server.
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
/// The service logs at these levels:
///
/// - `info`: what it watches, once.
/// - `warning`: memory is near its limit, the system refuses to take memory, or there is no heap to watch.
/// - `debug`: the scavenger's work. For a heap that is each event; for the process's malloc, each check that finds that
///   a generation of the search has ended.
///
/// All figures are log metadata, in bytes if the key says so.
///
/// At a graceful shutdown, and on cancellation, the service reports a last time.
public struct HeapService: Service {
    private let name: String
    private let configuration: Configuration
    private let logger: Logger
    private let metrics: (any MetricsFactory)?
    private let find: @Sendable () throws(ProcessMallocError) -> any ScavengedHeap

    /// Creates a service for the process's malloc.
    ///
    /// If the process has another malloc, the service logs a warning and waits for the shutdown, so that the same
    /// server runs with and without the library.
    ///
    /// - Parameters:
    ///   - logger: the logger for notable events. The service adds the metadata `heap`, with the value `malloc`.
    ///   - configuration: the service's settings.
    ///   - metrics: the factory that makes the metrics; if nil, `MetricsSystem.factory` when the service runs.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``, ``/PageHeap/PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). The service does not use the heap before it runs.
    public init(
        logger: Logger, configuration: Configuration = Configuration(), metrics: (any MetricsFactory)? = nil
    ) throws(PageHeapError) {
        try self.init(name: "malloc", logger: logger, configuration: configuration, metrics: metrics) {
            () throws(ProcessMallocError) in try ProcessMalloc()
        }
    }

    /// Creates a service for a heap.
    ///
    /// - Parameters:
    ///   - heap: the heap to watch. The service keeps it alive.
    ///   - name: the heap's name: the log metadata `heap`, and the metrics' dimension `heap`.
    ///   - logger: the logger for notable events.
    ///   - configuration: the service's settings.
    ///   - metrics: the factory that makes the metrics; if nil, `MetricsSystem.factory` when the service runs.
    /// - Throws: ``/PageHeap/PageHeapError/invalidInterval(_:)``, ``/PageHeap/PageHeapError/invalidConfiguration(_:)``.
    /// - Complexity: O(1). The service does not use the heap before it runs.
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
    /// - Throws: nothing in practice, because the configuration has already been checked.
    public func run() async throws {
        let heap: any ScavengedHeap
        do {
            heap = try find()
        } catch {
            logger.warning("no heap to watch", metadata: ["reason": "\(error)"])
            // Do not return yet: a service that ends before its group ends the group. Cancellation ends the wait, too.
            try? await gracefulShutdown()
            return
        }
        let reporter = makeReporter(heap)
        let first = heap.statistics
        logBeginning(first)
        try await cancelWhenGracefulShutdown { [configuration, logger] in
            let events = heap as? PagedHeap
            async let tale: Void? = events?.logEvents(to: logger)
            var watch = HeapWatch(
                logger: logger, warningPercent: configuration.limitWarningPercent, seesEvents: events != nil,
                first: first)
            try await reporter.run(every: configuration.interval) { watch.look(at: $0) }
            try await tale
        }
        if configuration.releasesAtShutdown {
            let bytes = heap.releaseFreeMemory()
            logger.info("free memory given back", metadata: ["returned_bytes": "\(bytes)"])
            reporter.report()
        }
    }

    private func makeReporter(_ heap: some ScavengedHeap) -> MetricsReporter {
        MetricsReporter(
            heap: heap, name: name, factory: configuration.reportsMetrics ? metrics : NOOPMetricsHandler.instance)
    }

    private func logBeginning(_ figures: PagedHeap.Statistics) {
        logger.info(
            "watching a heap",
            metadata: [
                "interval": "\(configuration.interval)",
                "reports_metrics": "\(configuration.reportsMetrics)",
                "releases_at_shutdown": "\(configuration.releasesAtShutdown)",
                "limit_bytes": "\(figures.memoryLimitByteCount.map(String.init) ?? "none")",
                "limit_warning_percent": "\(configuration.limitWarningPercent)",
                "retained_bytes": "\(figures.retainedByteCount)",
            ])
    }
}
