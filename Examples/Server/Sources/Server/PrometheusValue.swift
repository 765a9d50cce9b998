import Metrics
import Synchronization

/// One value that a `PrometheusRegistry` keeps.
final class PrometheusValue: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    enum Kind: String {
        case counter
        case gauge
    }

    let kind: Kind
    private let value = Mutex(0.0)

    init(_ kind: Kind) { self.kind = kind }

    var current: Double { value.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func set(_ amount: Int64) { set(Double(amount)) }
    func set(_ amount: Double) { value.withLock { $0 = amount } }
    func record(_ amount: Int64) { set(amount) }
    func record(_ amount: Double) { set(amount) }
    func reset() { set(0.0) }
}
