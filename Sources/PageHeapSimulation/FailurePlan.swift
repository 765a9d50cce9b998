/// Which calls a failing system refuses.
package struct FailurePlan: Sendable {
    /// For each kind, the calls that fail, counted from 1 since the plan was set.
    private var failing: [SystemCallKind: ClosedRange<Int>] = [:]
    private var made: [SystemCallKind: Int] = [:]
    /// Of all calls that ask for memory, those that fail, counted from 1.
    private var failingRequests: ClosedRange<Int>?
    private var requestsMade = 0
    /// What a refused release answers.
    package private(set) var releaseError: Int32 = FailurePlan.outOfMemory

    /// No call fails.
    package init() {}

    /// Some calls of a kind fail.
    ///
    /// - Parameters:
    ///   - calls: from 1; `1...Int.max` for all of them.
    ///   - error: what a refused release answers; positive.
    package init(_ kind: SystemCallKind, calls: ClosedRange<Int>, error: Int32 = FailurePlan.outOfMemory) {
        failing[kind] = calls
        releaseError = error
    }

    /// The `number`-th call of a kind fails, from 1.
    package init(_ kind: SystemCallKind, call number: Int) { self.init(kind, calls: number...number) }

    /// Some of all calls that ask for memory fail, of whatever kind (``SystemCallKind/asksForMemory``).
    ///
    /// - Parameter requests: from 1.
    package init(requests: ClosedRange<Int>) { failingRequests = requests }

    /// Counts a call, and answers whether it fails.
    mutating func fails(_ kind: SystemCallKind) -> Bool {
        let number = (made[kind] ?? 0) + 1
        made[kind] = number
        if kind.asksForMemory { requestsMade += 1 }
        if kind.asksForMemory, let failingRequests, failingRequests.contains(requestsMade) { return true }
        return failing[kind]?.contains(number) ?? false
    }

    /// ENOMEM.
    package static var outOfMemory: Int32 { 12 }
}
