/// Resident memory as a function of time.
struct ResidentCurve: Hashable, Sendable {
    /// The points, in the order of time.
    let points: [ChartPoint]
    /// The time when the program ended, in seconds.
    let end: Double

    /// Returns the resident memory at a time, in bytes; nil if the program did not run then. Values between two points
    /// are interpolated linearly. Before the first and after the last point, the value is that of the point.
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
