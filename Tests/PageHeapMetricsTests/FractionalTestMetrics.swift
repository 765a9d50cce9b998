import CoreMetrics
import MetricsTestKit
import Synchronization

/// The test kit's metrics with fractional counters, which the kit itself lacks.
final class FractionalTestMetrics: MetricsFactory {
    let base = TestMetrics()
    private let fractional = Mutex<[String: FractionalCounter]>([:])

    final class FractionalCounter: FloatingPointCounterHandler {
        let label: String
        private let total = Mutex(0.0)

        init(_ label: String) { self.label = label }

        var value: Double { total.withLock { $0 } }

        func increment(by amount: Double) { total.withLock { $0 += amount } }

        func reset() { total.withLock { $0 = 0 } }
    }

    /// The value of a counter of seconds, or nil if there is none of that name.
    func seconds(_ label: String) -> Double? { fractional.withLock { $0[label] }?.value }

    /// Whether no metric is registered.
    var isEmpty: Bool {
        base.counters.isEmpty && base.meters.isEmpty && base.recorders.isEmpty && base.timers.isEmpty
            && fractional.withLock { $0.isEmpty }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        base.makeCounter(label: label, dimensions: dimensions)
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        fractional.withLock { counters in
            let counter = counters[label] ?? FractionalCounter(label)
            counters[label] = counter
            return counter
        }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        base.makeMeter(label: label, dimensions: dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        base.makeRecorder(label: label, dimensions: dimensions, aggregate: aggregate)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        base.makeTimer(label: label, dimensions: dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) { base.destroyCounter(handler) }

    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        guard let counter = handler as? FractionalCounter else { return }
        fractional.withLock { $0[counter.label] = nil }
    }

    func destroyMeter(_ handler: any MeterHandler) { base.destroyMeter(handler) }

    func destroyRecorder(_ handler: any RecorderHandler) { base.destroyRecorder(handler) }

    func destroyTimer(_ handler: any TimerHandler) { base.destroyTimer(handler) }
}
