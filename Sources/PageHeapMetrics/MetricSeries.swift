/// One line of a metric: its dimensions, and where its value is found.
///
/// A value that is not there is not reported: a goal or a limit while there is none, a malloc's figures of a heap that is
/// no malloc.
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

    /// Whether a total is less than it was: it has begun anew.
    func hasFallen(from last: HeapSnapshot, to now: HeapSnapshot) -> Bool {
        switch value {
        case .gauge: false
        case .count(let read): (read(now) ?? 0) < (read(last) ?? 0)
        case .seconds(let read): (read(now) ?? 0) < (read(last) ?? 0)
        }
    }
}
