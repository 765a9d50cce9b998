import PageHeap

extension HeapService {
    /// What a service does.
    public struct Configuration: Hashable, Sendable {
        /// From one look at the heap to the next; more than nothing. The default, 10 s, is as often as metrics are scraped
        /// at most places; a look takes some microseconds.
        public var interval = Duration.seconds(10)

        /// Whether the figures are reported to swift-metrics, at each look.
        public var reportsMetrics = true

        /// Whether all free memory is given back when the service ends. Off by default, because the process mostly ends
        /// with it; of use where it goes on without its server.
        public var releasesAtShutdown = false

        /// Where retained memory and the heap's books are so near to the memory limit, in percent of it, there is a
        /// warning: 1 to 100. The default is 98: from 95 on the scavenger holds against it, so 98 is where it does not get
        /// ahead.
        public var limitWarningPercent = 98

        /// The defaults.
        public init() {}

        func check() throws(PageHeapError) {
            guard interval > .zero else { throw .invalidInterval(interval) }
            guard (1...100).contains(limitWarningPercent) else {
                throw .invalidConfiguration("limitWarningPercent must be 1 to 100, not \(limitWarningPercent)")
            }
        }
    }
}
