import Metrics
import PageHeapMetrics
import Synchronization

/// A metrics system that keeps the last values and writes them in Prometheus's text format.
///
/// It is an example, and has only counters and gauges, which the endpoint of this server shows. In your server use a
/// library such as swift-prometheus; `HeapService` reports to it in the same way.
final class PrometheusRegistry: MetricsFactory {
    private let values = Mutex<[Series: PrometheusValue]>([:])

    /// The key of a value: a name, and the dimensions as Prometheus writes them.
    private struct Series: Hashable, Comparable {
        let name: String
        let labels: String

        init(_ name: String, _ dimensions: [(String, String)]) {
            self.name = name
            labels = dimensions.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        }

        static func < (left: Series, right: Series) -> Bool { (left.name, left.labels) < (right.name, right.labels) }

        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
    }

    /// Returns all metrics in the text format, version 0.0.4. Each metric of PageHeap has a line that explains it.
    func text() -> String {
        let known = Dictionary(uniqueKeysWithValues: HeapMetric.all.map { ($0.name, $0.help) })
        let lines = values.withLock { $0 }.sorted { $0.key < $1.key }
        var text = ""
        var last: String?
        for (series, value) in lines {
            if series.name != last {
                if let help = known[series.name] { text += "# HELP \(series.name) \(help)\n" }
                text += "# TYPE \(series.name) \(value.kind.rawValue)\n"
                last = series.name
            }
            text += "\(series.name){\(series.labels)} \(value.current)\n"
        }
        return text
    }

    private func value(_ kind: PrometheusValue.Kind, _ label: String, _ dimensions: [(String, String)])
        -> PrometheusValue
    {
        values.withLock { values in
            let series = Series(label, dimensions)
            let value = values[series] ?? PrometheusValue(kind)
            values[series] = value
            return value
        }
    }

    private func remove(_ handler: AnyObject) {
        values.withLock { values in values = values.filter { $0.value !== handler } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        value(.counter, label, dimensions)
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        value(.counter, label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        value(.gauge, label, dimensions)
    }

    /// Makes a gauge of the older kind. This example has no distributions.
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? NOOPMetricsHandler.instance : value(.gauge, label, dimensions)
    }

    /// Returns a handler that does nothing: this example has no distributions of durations.
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) {}
}
