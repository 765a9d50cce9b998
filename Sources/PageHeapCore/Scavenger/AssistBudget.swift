/// Bounds the time that allocations spend on keeping to a memory limit to a share of wall time, with some in advance.
///
/// A bucket that assists fill and time drains: while it is full, there are no assists, and the rest is the worker's. Right
/// when it is zero. Knows no clock: times come from the caller, in nanoseconds.
package struct AssistBudget: Sendable {
    /// Nanoseconds spent and not yet paid off by the passing of time.
    package private(set) var debt: Int64 = 0
    /// When time was last taken into account.
    private var paidUntil: Int64 = 0

    package init() {}

    /// Whether an assist may begin.
    ///
    /// - Parameter now: of a clock that does not fall; where it does, no time has passed.
    package mutating func allowsAssist(now: Int64) -> Bool {
        let passed = now &- paidUntil
        paidUntil = now
        // Compared before it is multiplied: the first time is as long as the machine has been up.
        let paid =
            passed > Tunables.limitAssistPeriodNanoseconds
            ? debt : Int64(Double(max(passed, 0)) * Tunables.limitAssistShare)
        debt -= min(paid, debt)
        return debt < Tunables.limitAssistAdvanceNanoseconds
    }

    /// Takes an assist into account.
    ///
    /// - Parameter nanoseconds: as measured, not below 0. Of a longer stop, as by a suspended machine, only so much
    ///   counts that assists go on after ``Tunables/limitAssistPeriodNanoseconds``.
    package mutating func spend(_ nanoseconds: Int64) {
        let limit = Int64(Double(Tunables.limitAssistPeriodNanoseconds) * Tunables.limitAssistShare)
        debt = nanoseconds < limit - debt ? debt + nanoseconds : limit
    }
}
