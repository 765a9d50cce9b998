/// One series of a metric: its dimensions, and a function that reads its value from a snapshot.
///
/// A value that is nil is not reported: a goal or a limit while there is none, or a figure that only a malloc has, for
/// other heaps.
struct MetricSeries: Sendable {
    enum Value: Sendable {
        case gauge(@Sendable (HeapSnapshot) -> Double?)
        case count(@Sendable (HeapSnapshot) -> Int?)
        case seconds(@Sendable (HeapSnapshot) -> Double?)
    }

    let dimensions: [(String, String)]
    let value: Value

    static func gauge(
        _ dimensions: (String, String)..., value: @escaping @Sendable (HeapSnapshot) -> Int?
    ) -> MetricSeries {
        MetricSeries(dimensions: dimensions, value: .gauge { value($0).map(Double.init) })
    }

    static func fraction(
        _ dimensions: (String, String)..., value: @escaping @Sendable (HeapSnapshot) -> Double?
    ) -> MetricSeries {
        MetricSeries(dimensions: dimensions, value: .gauge(value))
    }

    static func count(
        _ dimensions: (String, String)..., value: @escaping @Sendable (HeapSnapshot) -> Int?
    ) -> MetricSeries {
        MetricSeries(dimensions: dimensions, value: .count(value))
    }

    static func seconds(value: @escaping @Sendable (HeapSnapshot) -> Double?) -> MetricSeries {
        MetricSeries(dimensions: [], value: .seconds(value))
    }

    /// Whether the series is a total that has fallen, which means that it has restarted from zero.
    func hasFallen(from last: HeapSnapshot, to now: HeapSnapshot) -> Bool {
        switch value {
        case .gauge: false
        case .count(let read): (read(now) ?? 0) < (read(last) ?? 0)
        case .seconds(let read): (read(now) ?? 0) < (read(last) ?? 0)
        }
    }
}
