/// What came of giving some ranges of memory back.
package struct ReleaseOutcome: BitwiseCopyable, Sendable {
    /// Pieces that the system refused.
    package var failures: UInt = 0
    /// System calls that gave memory back; one for several ranges is one.
    package var calls: UInt = 0

    package init() {}
}
