/// A page allocator with its lock and the heap's accounts: what one critical section of the heap works on.
///
/// Lies in memory that does not move, and is reached through a pointer, because several threads use it at once.
package struct LockedPages: ~Copyable {
    /// The heap lock: guards all else here.
    package let lock = FutexLock<LockRanks.Heap>()
    package var pages: PageAllocator
    package var books = HeapBooks()

    package init(_ pages: consuming PageAllocator) { self.pages = pages }
}
