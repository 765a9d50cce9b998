/// The worker's own clock, which never runs backwards, and advances even if the system's clock stands still.
///
/// Cycles and sleeps are measured by it, so that a system clock that is set back delays nothing, and one that stands
/// still does not block the worker for ever: a wait that timed out counts as having lasted for the time asked.
package struct WorkerClock: Sendable {
    /// Nanoseconds since the worker began.
    package private(set) var now: Int64 = 0
    /// The last reading of the system's clock.
    private var reading: Int64

    package init(reading: Int64) { self.reading = reading }

    /// Advances to a new reading of the system's clock.
    ///
    /// - Parameters:
    ///   - newReading: nanoseconds.
    ///   - asked: the nanoseconds of a wait that timed out; 0 after anything else.
    /// - Returns: the nanoseconds passed, at least 0.
    package mutating func advance(to newReading: Int64, atLeast asked: Int64 = 0) -> Int64 {
        let (difference, overflow) = newReading.subtractingReportingOverflow(reading)
        reading = newReading
        let passed = overflow || difference <= 0 ? max(asked, 0) : difference
        let (sum, isTooLarge) = now.addingReportingOverflow(passed)
        now = isTooLarge ? .max : sum
        return passed
    }
}
