/// Spaces out searches that may find nothing, so that they leave most of the worker's CPU time to the release of
/// memory that is known to be free.
///
/// To look at the caches of all threads, or at all spans that are at work, takes time in proportion to their number,
/// whether something is found or not. So after a search that took `t` there is a pause:
///
///     pause = t ÷ (share of CPU time × processors × a quarter)
///
/// On average, each kind of search takes at most a quarter of the share. Knows no clock: times come from the caller, in
/// nanoseconds.
package struct SearchSpacing: Sendable {
    private var notBefore = Int64.min

    package init() {}

    package func mayBegin(at now: Int64) -> Bool { now >= notBefore }

    /// Accounts for a search, or a part of one.
    ///
    /// - Parameters:
    ///   - spent: the CPU time that it took.
    ///   - now: the time at its end.
    ///   - share: the worker's share of the machine's CPU time, more than 0.
    ///   - processors: the number that the process may use, more than 0.
    package mutating func note(spent: Int64, at now: Int64, share: Double, processors: Double) {
        guard spent > 0 else { return }
        let pause = Double(spent) / (share * processors * Tunables.searchPartOfShare)
        // A clock that jumped must not end all searches.
        notBefore = max(notBefore, now) &+ Int64(min(pause, Double(Tunables.longestSearchPause)))
    }
}
