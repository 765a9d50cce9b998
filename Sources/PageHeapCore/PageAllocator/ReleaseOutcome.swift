/// What came of giving some ranges of memory back, at most 64.
package struct ReleaseOutcome: BitwiseCopyable, Sendable {
    /// The ranges that the system refused, a bit each, in their order.
    package var refused: UInt64 = 0
    /// System calls that gave memory back; one for several ranges is one.
    package var calls: UInt = 0

    package init() {}

    /// How many ranges were refused.
    package var failures: UInt { UInt(refused.nonzeroBitCount) }

    @inline(__always)
    package func isRefused(_ index: Int) -> Bool { refused &>> UInt64(truncatingIfNeeded: index) & 1 != 0 }

    @inline(__always)
    package mutating func refuse(_ index: Int) { refused |= 1 &<< UInt64(truncatingIfNeeded: index) }
}
