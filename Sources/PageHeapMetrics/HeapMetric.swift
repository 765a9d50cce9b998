/// A metric that ``MetricsReporter`` reports: its name, and what it means.
///
/// The names follow Prometheus's conventions: base units, the unit in the name, `_total` for what only rises.
/// `Documentation/metrics.md` has ``all`` of them as a table.
public struct HeapMetric: Sendable {
    /// How a metric behaves, and what it is in swift-metrics.
    public enum Kind: String, Hashable, Sendable {
        /// A value that rises and falls: a `Meter`.
        case gauge
        /// A total that only rises: a `Counter`, or a `FloatingPointCounter` where the unit is seconds.
        case counter
        /// Durations of events: a `Timer`.
        case timer
    }

    /// What a metric is measured in.
    public enum Unit: String, Hashable, Sendable {
        /// Bytes.
        case bytes
        /// Seconds.
        case seconds
        /// A share, 0 to 1.
        case ratio
        /// A number of things, which the name says.
        case count
    }

    /// Its name in the metrics system, `pageheap_` and so on.
    public let name: String
    /// How it behaves.
    public let kind: Kind
    /// What it is measured in.
    public let unit: Unit
    /// What it means, in one line.
    public let help: String
    let series: [MetricSeries]

    init(_ kind: Kind, _ name: String, _ unit: Unit, _ help: String, _ series: [MetricSeries]) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.series = series
    }

    /// The names of the dimensions that it has beside `heap`, which all have.
    public var dimensionNames: [String] { series.first.map { $0.dimensions.map(\.0) } ?? [] }
}
