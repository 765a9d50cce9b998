/// Which calls a failing system refuses.
package struct FailurePlan: Sendable {
    /// For each kind, the calls that fail, counted from 1 since the plan was set.
    private var failing: [SystemCallKind: ClosedRange<Int>] = [:]
    private var made: [SystemCallKind: Int] = [:]
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

    /// Counts a call, and answers whether it fails.
    mutating func fails(_ kind: SystemCallKind) -> Bool {
        let number = (made[kind] ?? 0) + 1
        made[kind] = number
        return failing[kind]?.contains(number) ?? false
    }

    /// ENOMEM.
    package static var outOfMemory: Int32 { 12 }
}
