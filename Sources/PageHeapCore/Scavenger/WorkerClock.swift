/// The worker's own time: a clock that never runs backwards, and goes on where the system's stands still.
///
/// Cycles and sleeps are counted by it, so that a clock that is set back delays nothing, and one that stands still does
/// not hold the worker for ever: a wait whose time was up has lasted as long as it was asked for.
package struct WorkerClock: Sendable {
    /// Nanoseconds since the worker began.
    package private(set) var now: Int64 = 0
    /// What the system's clock said last.
    private var reading: Int64

    package init(reading: Int64) { self.reading = reading }

    /// Takes a new reading of the system's clock.
    ///
    /// - Parameter asked: nanoseconds of a wait whose time was up; 0 after anything else.
    /// - Returns: nanoseconds passed, at least 0.
    package mutating func advance(to newReading: Int64, atLeast asked: Int64 = 0) -> Int64 {
        let (difference, overflow) = newReading.subtractingReportingOverflow(reading)
        reading = newReading
        let passed = overflow || difference <= 0 ? max(asked, 0) : difference
        let (sum, isTooLarge) = now.addingReportingOverflow(passed)
        now = isTooLarge ? .max : sum
        return passed
    }
}
