/// Follows a heap's total in a counter, which takes increments only.
///
/// It keeps what the counter holds, so that rounding never adds up: the counter is always as close to the total as its
/// numbers allow.
struct RunningTotal<Number: Numeric & Comparable> {
    /// What the counter holds.
    private(set) var reported = Number.zero
    /// What it held when the heap's total last began at zero.
    private var base = Number.zero

    init() {}

    /// Goes on to a total.
    ///
    /// - Parameters:
    ///   - total: of the heap.
    ///   - hasBegunAnew: whether the heap's totals began at zero since the last time.
    /// - Returns: what to add to the counter; zero or more.
    mutating func advance(to total: Number, hasBegunAnew: Bool) -> Number {
        if hasBegunAnew { base = reported }
        let increment = base + total - reported
        guard increment > .zero else { return .zero }
        reported += increment
        return increment
    }
}
