/// The spans of one size class that have free blocks, with the lock that guards every span of the class.
///
/// Lies in memory that does not move.
package struct ClassSpans: ~Copyable {
    package let lock = FutexLock<LockRanks.SizeClass>()
    /// The first span with free blocks; the others through the records' `next`. Spans without any are on no list.
    package var firstPartial: UInt32 = 0
    /// Batches of blocks between threads' caches; nothing before the first one.
    var transfers: UnsafeMutablePointer<TransferBatches>?
    /// A wholly free span that is kept for the next request, on no list; 0 where there is none.
    package var spare: UInt32 = 0
    /// The scavenger has seen it: at its next look it goes back to the heap.
    package var wasSpareSeen = false
    /// To the end of a cache line: threads that work with neighbouring classes do not take one line from each other.
    private var padding: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    package init() {}
}
