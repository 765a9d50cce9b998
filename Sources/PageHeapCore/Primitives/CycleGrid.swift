/// Counts cycles by a clock that it is told, so that what lay between two calls counts as many cycles as it lasted.
///
/// Rounded to whole cycles without drift: what one call rounds away the next one sees. A clock that stands still, runs
/// backwards or leaps costs no more than a grid that begins anew.
package struct CycleGrid: Sendable {
    /// Nanoseconds of a cycle.
    private let cycle: Int64
    /// The end of the last whole cycle, in monotonic nanoseconds; nothing before the first call.
    private var end: Int64?

    /// - Parameter cycleNanoseconds: at least 2.
    package init(cycleNanoseconds: Int64) { cycle = max(2, cycleNanoseconds) }

    /// Whole cycles between the last end and a moment; 0 for one that lies before it.
    package func cycles(until moment: Int64) -> Int {
        guard let end, moment > end else { return 0 }
        // Unsigned: the two may be further apart than a signed number tells.
        return Int(UInt64(bitPattern: moment &- end) / UInt64(cycle))
    }

    /// Ends a cycle.
    ///
    /// - Parameter now: the monotonic time, in nanoseconds.
    /// - Returns: cycles that have ended since the last call, at least 1.
    package mutating func advance(to now: Int64) -> Int {
        let count = cycles(until: now &+ cycle / 2)
        guard let last = end, count > 0 else {
            end = now
            return 1
        }
        // No further than half a cycle from now.
        end = last &+ Int64(count) &* cycle
        return count
    }
}
