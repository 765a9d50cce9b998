import CoreMetrics

/// A series in the metrics system. It is not registered before it has a value.
struct Instrument {
    let series: MetricSeries
    private let label: String
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory
    // Only the one for the series' kind of value is used.
    private var gauge: Meter?
    private var count: (counter: Counter, total: RunningTotal<Int>)?
    private var seconds: (counter: FloatingPointCounter, total: RunningTotal<Double>)?

    init(_ series: MetricSeries, of metric: HeapMetric, heap name: String, factory: any MetricsFactory) {
        self.series = series
        label = metric.name
        dimensions = [("heap", name)] + series.dimensions
        self.factory = factory
    }

    mutating func report(_ snapshot: HeapSnapshot, hasBegunAnew: Bool) {
        switch series.value {
        case .gauge(let read): set(read(snapshot))
        case .count(let read):
            guard let total = read(snapshot) else { return }
            var known = count ?? (Counter(label: label, dimensions: dimensions, factory: factory), RunningTotal())
            known.counter.increment(by: known.total.advance(to: total, hasBegunAnew: hasBegunAnew))
            count = known
        case .seconds(let read):
            guard let total = read(snapshot) else { return }
            var known =
                seconds
                ?? (FloatingPointCounter(label: label, dimensions: dimensions, factory: factory), RunningTotal())
            known.counter.increment(by: known.total.advance(to: total, hasBegunAnew: hasBegunAnew))
            seconds = known
        }
    }

    /// Removes the series from the metrics system.
    mutating func unregister() {
        gauge?.destroy()
        gauge = nil
        count?.counter.destroy()
        count = nil
        seconds?.counter.destroy()
        seconds = nil
    }

    private mutating func set(_ value: Double?) {
        // A registered gauge without a value would keep reporting its last one.
        guard let value else { return unregister() }
        let known = gauge ?? Meter(label: label, dimensions: dimensions, factory: factory)
        known.set(value)
        gauge = known
    }
}
