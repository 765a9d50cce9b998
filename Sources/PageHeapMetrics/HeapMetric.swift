import PageHeapFigures

/// A metric that ``MetricsReporter`` reports: its name, kind, unit and meaning.
///
/// The names follow Prometheus's conventions: base units, the unit in the name, and the suffix `_total` for counters.
/// `Documentation/metrics.md` lists ``all`` of them in a table.
public struct HeapMetric: Sendable {
    /// The kind of a metric, which determines its type in swift-metrics.
    public enum Kind: String, Hashable, Sendable {
        /// A value that rises and falls: a `Meter`.
        case gauge
        /// A total that only rises: a `Counter`, or a `FloatingPointCounter` if the unit is seconds.
        case counter
        /// The durations of events: a `Timer`.
        case timer
    }

    /// The unit of a metric.
    public enum Unit: String, Hashable, Sendable {
        /// Bytes.
        case bytes
        /// Seconds.
        case seconds
        /// A share, 0 to 1.
        case ratio
        /// A count of the things that the metric's name says.
        case count
    }

    /// The metric's name in the metrics system, which begins with `pageheap_`.
    public let name: String
    /// The metric's kind.
    public let kind: Kind
    /// The metric's unit.
    public let unit: Unit
    /// The metric's meaning, in one line.
    public let help: String
    let series: [MetricSeries]

    init(_ kind: Kind, _ name: String, _ unit: Unit, _ help: String, _ series: [MetricSeries]) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.series = series
    }

    /// Creates the metric that shows one figure of the heap; name, kind and meaning are the figure's.
    init(_ figure: String, _ unit: Unit, _ series: MetricSeries) {
        let figure = Figure.named(figure)
        guard let metric = figure.metric else { preconditionFailure("\(figure.name) has no metric") }
        self.init(figure.kind == .gauge ? .gauge : .counter, metric.name, unit, figure.meaning, [series])
    }

    /// The names of the metric's dimensions, without `heap`, which every metric has.
    public var dimensionNames: [String] { series.first.map { $0.dimensions.map(\.0) } ?? [] }
}
