/// The result of releasing some ranges of memory.
package struct ReleaseOutcome: BitwiseCopyable, Sendable {
    /// Ranges, or pieces of ranges, that the system refused to release.
    package var failures: UInt = 0
    /// System calls that released memory; a call for several ranges counts once.
    package var calls: UInt = 0

    package init() {}
}
