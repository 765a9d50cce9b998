/// The page allocator, the heap lock and the heap's ledger: everything that a critical section of the heap works on.
///
/// Must lie in memory that does not move. Reached through a pointer, because several threads use it at once.
package struct LockedPages: ~Copyable {
    /// The heap lock. It guards all other members.
    package let lock = FutexLock<LockRanks.Heap>()
    package var pages: PageAllocator
    package var ledger = HeapLedger()
    /// Bytes of metadata that the layer above the heap keeps: page maps, span records, block states, thread caches.
    var userMetadata: ByteCount = 0
    /// The part of the bytes released inside pages in use that owners of runs discarded.
    var discarded: ByteCount = 0
    /// Samples of how long the lock is held.
    package internal(set) var holds = HoldTimes()
    /// When the totals began to count, in monotonic nanoseconds: when the heap began, or the forked child that has it.
    package var beganAt: Int64 = 0
    /// Whether a forced release is under way, so that its holds are sampled separately.
    var isForced = false

    package init(_ pages: consuming PageAllocator) { self.pages = pages }
}

extension UnsafeMutablePointer where Pointee == LockedPages {
    /// Takes the heap lock.
    @inline(__always)
    package func lock() {
        pointee.lock.lock()
        pointee.holds.taken()
    }

    /// Gives the heap lock up.
    @inline(__always)
    package func unlock() {
        pointee.holds.givenUp(isForced: pointee.isForced)
        pointee.lock.unlock()
    }
}
