/// A page allocator with its lock and the heap's accounts: what one critical section of the heap works on.
///
/// Lies in memory that does not move, and is reached through a pointer, because several threads use it at once.
package struct LockedPages: ~Copyable {
    /// The heap lock: guards all else here.
    package let lock = FutexLock<LockRanks.Heap>()
    package var pages: PageAllocator
    package var books = HeapBooks()
    /// How long the lock is held.
    package internal(set) var holds = HoldTimes()
    /// 99.9 % of the holds outside forced releases were shorter, as of the worker's last round: nanoseconds.
    var longestUsualHold: UInt64 = 0
    /// A forced release is under way.
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
