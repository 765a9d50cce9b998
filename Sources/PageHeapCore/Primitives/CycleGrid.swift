/// Counts the whole cycles that pass between calls, by a clock that the caller passes in.
///
/// Rounding does not drift: what one call rounds away is counted by the next. A clock that stands still, runs backwards
/// or leaps only makes the grid start anew.
package struct CycleGrid: Sendable {
    /// The length of a cycle in nanoseconds.
    private let cycle: Int64
    /// The end of the last whole cycle, in monotonic nanoseconds; `nil` before the first call.
    private var end: Int64?

    /// - Parameter cycleNanoseconds: the length of a cycle, at least 2.
    package init(cycleNanoseconds: Int64) { cycle = max(2, cycleNanoseconds) }

    /// Returns the whole cycles between the last end and a moment; 0 if the moment lies before it.
    package func cycles(until moment: Int64) -> Int {
        guard let end, moment > end else { return 0 }
        // Unsigned: the difference may exceed the range of a signed number.
        return Int(UInt64(bitPattern: moment &- end) / UInt64(cycle))
    }

    /// Ends a cycle.
    ///
    /// - Parameter now: the monotonic time in nanoseconds.
    /// - Returns: the cycles that have ended since the last call, at least 1.
    package mutating func advance(to now: Int64) -> Int {
        let count = cycles(until: now &+ cycle / 2)
        guard let last = end, count > 0 else {
            end = now
            return 1
        }
        // At most half a cycle from `now`.
        end = last &+ Int64(count) &* cycle
        return count
    }
}
