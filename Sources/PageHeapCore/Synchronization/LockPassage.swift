import CPageHeap

/// Whether the calling thread passes through all locks: from the moment when it has taken every one of them, for a fork,
/// until it gives them up; and once it stops the program.
package enum LockPassage {
    @inline(__always)
    package static var isOpen: Bool { pageheap_thread_slot().pointee.passes_locks != 0 }

    /// Whether that is because the thread stops the program, and not because it has all locks.
    package static var isForStop: Bool {
        pageheap_thread_slot().pointee.passes_locks == UInt32(PAGEHEAP_PASSES_TO_STOP)
    }

    package static func open() { pageheap_thread_slot().pointee.passes_locks = UInt32(PAGEHEAP_PASSES_FOR_FORK) }

    package static func close() { pageheap_thread_slot().pointee.passes_locks = 0 }

    /// The same for the thread that a number names (``ThreadSlot/identity``), which waits or is the calling one.
    package static func close(of thread: UInt) {
        UnsafeMutablePointer<pageheap_thread_slot>(bitPattern: thread)?.pointee.passes_locks = 0
    }
}
