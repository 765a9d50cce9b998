import PageHeap

extension HeapService {
    /// The settings of a service.
    public struct Configuration: Hashable, Sendable {
        /// The time between two checks of the heap; more than zero. The default, 10 s, is a common interval for
        /// scraping metrics. A check takes some microseconds.
        public var interval = Duration.seconds(10)

        /// Whether each check reports the statistics to swift-metrics. The default is true.
        public var reportsMetrics = true

        /// Whether all free memory is released when the service ends. The default is false, because the process mostly
        /// ends with the service. Useful if the process continues without its server.
        public var releasesAtShutdown = false

        /// The threshold for a warning that memory is near its limit: retained memory plus metadata, in percent of the
        /// limit, 1 to 100. The default is 98: the scavenger works against the limit from 95 percent on, so at 98 it
        /// is not keeping up.
        public var limitWarningPercent = 98

        /// Creates a configuration with the default settings.
        public init() {}

        func check() throws(PageHeapError) {
            guard interval > .zero else { throw .invalidInterval(interval) }
            guard (1...100).contains(limitWarningPercent) else {
                throw .invalidConfiguration("limitWarningPercent must be 1 to 100, not \(limitWarningPercent)")
            }
        }
    }
}
