/// Computes the increments that make a counter follow a heap's total.
///
/// It keeps the counter's value, so that rounding errors do not accumulate: the counter is always as close to the total
/// as its number type allows.
struct RunningTotal<Number: Numeric & Comparable> {
    /// The counter's value.
    private(set) var reported = Number.zero
    /// The counter's value when the heap's total last restarted from zero.
    private var base = Number.zero

    init() {}

    /// Advances to a new total.
    ///
    /// - Parameters:
    ///   - total: the heap's total.
    ///   - hasBegunAnew: whether the heap's totals have restarted from zero since the last call.
    /// - Returns: the increment to add to the counter; zero or more.
    mutating func advance(to total: Number, hasBegunAnew: Bool) -> Number {
        if hasBegunAnew { base = reported }
        let increment = base + total - reported
        guard increment > .zero else { return .zero }
        reported += increment
        return increment
    }
}
