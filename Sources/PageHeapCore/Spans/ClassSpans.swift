/// The spans of one size class that have free blocks, with the lock that guards every span of the class.
///
/// Lies in memory that does not move.
package struct ClassSpans: ~Copyable {
    package let lock = FutexLock<LockRanks.SizeClass>()
    /// The first span with free blocks; the others through the records' `next`. Spans without any are on no list.
    package var firstPartial: UInt32 = 0

    package init() {}
}
