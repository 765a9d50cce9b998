/// The spans of one size class that have free blocks, with the lock that guards every span of the class.
///
/// Must lie in memory that does not move.
package struct CentralFreeList: ~Copyable {
    package let lock = FutexLock<LockRanks.SizeClass>()
    /// The first span with free blocks; the others are linked through the records' `next`. Spans without free blocks
    /// are on no list.
    package var firstPartial: UInt32 = 0
    /// The transfer cache of the class; `nil` before its first batch.
    var transfers: UnsafeMutablePointer<TransferCache>?
    /// A wholly free span that is kept for the next request, on no list; 0 if there is none.
    package var spare: UInt32 = 0
    /// Whether the scavenger has seen the spare. At its next look it returns a seen one to the heap.
    package var wasSpareSeen = false
    /// Fills a cache line, so that threads working with neighbouring classes do not share one.
    private var padding: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    package init() {}
}
