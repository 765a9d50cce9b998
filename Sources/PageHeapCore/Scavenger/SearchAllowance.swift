/// Limits searches that may find nothing, so that they leave most of the worker's CPU time to the release of memory
/// that is known to be free.
///
/// To look at the caches of all threads, or at all spans that are at work, takes time in proportion to their number,
/// whether something is found or not. So each kind of search has an allowance:
///
///     debt = CPU time of searches − a quarter of the share × processors × time − what promises to be found
///
/// A search may begin while the debt is small. So the first searches after a while come at once, those of a program that
/// is always at work take a quarter of the share, and a drop that promises to leave holes pays for the search for them.
/// Knows no clock: times come from the caller, in nanoseconds.
package struct SearchAllowance: Sendable {
    /// Nanoseconds of CPU time; negative if more may be spent than was.
    private var debt = 0.0
    private var seen: Int64?

    package init() {}

    /// Whether a search may begin.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - rate: the share of the time that searches of this kind may take of one processor, more than 0.
    package mutating func permits(at now: Int64, rate: Double) -> Bool {
        let passed = max(0, now &- (seen ?? now))
        seen = now
        if debt > 0 { debt = max(0, debt - Double(passed) * rate) }
        return debt <= Tunables.searchBurst
    }

    /// Accounts for the CPU time of a search, or of a part of one.
    ///
    /// - Parameter nanoseconds: less than 0 counts as 0.
    package mutating func spend(_ nanoseconds: Int64, rate: Double) {
        // A clock that jumped must not end all searches.
        debt = min(debt + Double(max(0, nanoseconds)), Tunables.searchBurst + Tunables.longestSearchPause * rate)
    }

    /// Accounts for something that promises to be found.
    ///
    /// - Parameter nanoseconds: the CPU time that the search for it is worth.
    package mutating func earn(_ nanoseconds: Double) { debt = max(debt - nanoseconds, -Tunables.searchCredit) }
}
