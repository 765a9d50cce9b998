/// The formats of metrics.
package enum MetricsFormat: Hashable, Sendable {
    /// Prometheus's text format, version 0.0.4.
    case text
    /// OpenMetrics, version 1.0.0.
    case openMetrics

    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format that a client prefers. What the header does not settle, or says in a way that is not understood, means
    /// the text format.
    ///
    /// - Parameter accept: the values of the request's `Accept` headers, joined by commas.
    package init(accept: String) {
        var qualities = [MetricsFormat: Double]()
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let format: MetricsFormat
            switch parts.first {
            case "application/openmetrics-text": format = .openMetrics
            case "text/plain", "text/*", "*/*": format = .text
            default: continue
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            // Versions of OpenMetrics are listed one by one.
            qualities[format] = max(qualities[format] ?? 0, weight)
        }
        let openMetrics = qualities[.openMetrics] ?? 0
        self = openMetrics > 0 && openMetrics >= qualities[.text] ?? 0 ? .openMetrics : .text
    }
}

/// Figures that were collected at one time.
package protocol MetricsSnapshot: Sendable {
    /// Returns the text of the figures in parts of some 64 KiB, each of them made if it is asked for: a slow client holds
    /// on to no more text than that.
    func parts(_ format: MetricsFormat) -> any IteratorProtocol<[UInt8]>
}
