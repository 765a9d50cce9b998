/// Bounds the wall time that allocations spend on keeping to a memory limit to a share of all time, with some advance.
///
/// A leaky bucket: assists fill it and time drains it. While it is full there are no assists, and the rest is left to
/// the worker. Valid when zero-initialised. Knows no clock: times come from the caller, in nanoseconds.
package struct AssistBudget: Sendable {
    /// Nanoseconds spent by assists and not yet paid off by the passing of time.
    package private(set) var debt: Int64 = 0
    /// When the passing of time was last credited.
    private var paidUntil: Int64 = 0

    package init() {}

    /// Credits the time passed, and returns whether an assist may begin.
    ///
    /// - Parameter now: nanoseconds of a monotonic clock. If it falls, no time has passed.
    package mutating func allowsAssist(now: Int64) -> Bool {
        let passed = now &- paidUntil
        paidUntil = now
        // Compare before multiplying: at the first call, `passed` is as long as the machine has been up.
        let paid =
            passed > Tunables.limitAssistPeriodNanoseconds
            ? debt : Int64(Double(max(passed, 0)) * Tunables.limitAssistShare)
        debt -= min(paid, debt)
        return debt < Tunables.limitAssistAdvanceNanoseconds
    }

    /// Charges an assist to the budget.
    ///
    /// - Parameter nanoseconds: the measured duration, not below 0. After a long stop, such as a suspended machine,
    ///   only so much is charged that assists go on after ``Tunables/limitAssistPeriodNanoseconds``.
    package mutating func spend(_ nanoseconds: Int64) {
        let limit = Int64(Double(Tunables.limitAssistPeriodNanoseconds) * Tunables.limitAssistShare)
        debt = nanoseconds < limit - debt ? debt + nanoseconds : limit
    }
}
