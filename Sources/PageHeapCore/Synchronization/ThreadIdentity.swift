import CPageHeap

/// A number for each thread, never 0, that no other thread has while this one lives.
package enum ThreadIdentity {
    package static var current: UInt { UInt(bitPattern: pageheap_thread_slot()) }
}
