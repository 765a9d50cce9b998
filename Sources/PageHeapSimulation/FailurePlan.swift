/// The calls that a ``FailingOperatingSystem`` refuses.
package struct FailurePlan: Sendable {
    /// The calls that fail, for each kind, counted from 1 since the plan was set.
    private var failing: [SystemCallKind: ClosedRange<Int>] = [:]
    private var made: [SystemCallKind: Int] = [:]
    /// The calls that fail, among all that ask for memory, counted from 1.
    private var failingRequests: ClosedRange<Int>?
    private var requestsMade = 0
    /// The error that a refused release returns.
    package private(set) var releaseError: Int32 = FailurePlan.outOfMemory

    /// Creates a plan in which no call fails.
    package init() {}

    /// Creates a plan in which some calls of a kind fail.
    ///
    /// - Parameters:
    ///   - calls: the calls that fail, counted from 1; `1...Int.max` for all of them.
    ///   - error: the error that a refused release returns; positive.
    package init(_ kind: SystemCallKind, calls: ClosedRange<Int>, error: Int32 = FailurePlan.outOfMemory) {
        failing[kind] = calls
        releaseError = error
    }

    /// Creates a plan in which the `number`-th call of a kind fails, counted from 1.
    package init(_ kind: SystemCallKind, call number: Int) { self.init(kind, calls: number...number) }

    /// Creates a plan in which some calls of any kind that asks for memory fail (``SystemCallKind/asksForMemory``).
    ///
    /// - Parameter requests: the calls that fail, counted from 1.
    package init(requests: ClosedRange<Int>) { failingRequests = requests }

    /// Counts a call, and returns whether it fails.
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
