import CPageHeap

/// Whether the calling thread passes through all locks: while it has taken every one of them for a fork, and once it
/// aborts the program.
package enum LockPassage {
    @inline(__always)
    package static var isOpen: Bool { pageheap_thread_slot().pointee.passes_locks != 0 }

    /// Whether the thread passes because it aborts the program, and not because it has all locks.
    package static var isForStop: Bool {
        pageheap_thread_slot().pointee.passes_locks == UInt32(PAGEHEAP_PASSES_TO_STOP)
    }

    package static func open() { pageheap_thread_slot().pointee.passes_locks = UInt32(PAGEHEAP_PASSES_FOR_FORK) }

    package static func close() { pageheap_thread_slot().pointee.passes_locks = 0 }

    /// Ends the passage of another thread, which must be waiting, or of the calling one.
    ///
    /// - Parameter thread: its ``ThreadIdentity/current``.
    package static func close(of thread: UInt) {
        UnsafeMutablePointer<pageheap_thread_slot>(bitPattern: thread)?.pointee.passes_locks = 0
    }
}

/// A number for each thread, never 0, that no other thread has while this one lives.
package enum ThreadIdentity {
    package static var current: UInt { UInt(bitPattern: pageheap_thread_slot()) }
}
