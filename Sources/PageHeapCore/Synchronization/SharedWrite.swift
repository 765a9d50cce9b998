import CPageHeap

/// Checked builds: tells a program that watches them that the calling thread writes, without a lock, to memory that
/// threads on other processors may write to as well.
@inline(__always)
func noteSharedWrite<Value: ~Copyable>(to value: borrowing Value) {
    #if PAGEHEAP_CHECKED
        withUnsafePointer(to: value) { pageheap_tell_observer($0, 0, PAGEHEAP_SHARED_WRITE) }
    #endif
}
