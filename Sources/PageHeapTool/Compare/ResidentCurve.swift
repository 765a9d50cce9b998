/// Resident memory over time, as a function.
struct ResidentCurve: Hashable, Sendable {
    /// In the order of time.
    let points: [ChartPoint]
    /// When the program ended, in seconds.
    let end: Double

    /// In bytes; nil where there is no program. Between two points it goes in a straight line, and before the first and
    /// after the last it is what that point says.
    func value(atSeconds seconds: Double) -> Double? {
        guard seconds >= 0, seconds <= end, let first = points.first, let last = points.last else { return nil }
        if seconds <= first.seconds { return first.bytes }
        if seconds >= last.seconds { return last.bytes }
        var (lower, upper) = (0, points.count - 1)
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if points[middle].seconds <= seconds { lower = middle } else { upper = middle }
        }
        let (before, after) = (points[lower], points[upper])
        let span = after.seconds - before.seconds
        guard span > 0 else { return after.bytes }
        return before.bytes + (after.bytes - before.bytes) * (seconds - before.seconds) / span
    }
}
