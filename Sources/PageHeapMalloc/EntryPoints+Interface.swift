import CPageHeap
import CPageHeapInterface
import CPageHeapMalloc

// The Swift side of the library's own C interface, pageheap.h. The C functions check their arguments and preserve
// errno. All but `entryOwns` and `entryResidentBytes` set the heap up if nothing has been allocated yet. They return
// false, or no limit, if the system refuses address space for it.

@c(pageheap_entry_statistics)
public func entryStatistics(_ statistics: UnsafeMutablePointer<pageheap_statistics>) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    statistics.pointee = ProcessHeap.heap.heap.figures().values
    return true
}

@c(pageheap_entry_thread_caches)
public func entryThreadCaches(_ caches: UnsafeMutablePointer<pageheap_thread_caches>) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    ProcessHeap.heap.write(to: &caches.pointee)
    return true
}

/// Returns `PAGEHEAP_NONE` if the system does not say. Does not set the heap up: a heap that has not begun has nothing.
@c(pageheap_entry_resident_bytes)
public func entryResidentBytes() -> UInt64 {
    guard ProcessHeap.isReadyIfStarted() else { return 0 }
    return ProcessHeap.heap.heap.residentBytes().map { UInt64($0.rawValue) } ?? .max
}

@c(pageheap_entry_get_memory_limit)
public func entryGetMemoryLimit() -> UInt {
    guard ProcessHeap.isReady() else { return .max }
    return ProcessHeap.heap.heap.memoryLimit?.rawValue ?? .max
}

@c(pageheap_entry_set_memory_limit)
public func entrySetMemoryLimit(_ limit: UInt) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    ProcessHeap.heap.heap.setMemoryLimit(limit == .max ? nil : ByteCount(limit))
    ProcessHeap.serveScavenger()
    return true
}

@c(pageheap_entry_get_hard_limit)
public func entryGetHardLimit() -> UInt {
    guard ProcessHeap.isReady() else { return .max }
    return ProcessHeap.heap.heap.hardLimit?.rawValue ?? .max
}

@c(pageheap_entry_set_hard_limit)
public func entrySetHardLimit(_ limit: UInt) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    ProcessHeap.heap.heap.setHardLimit(limit == .max ? nil : ByteCount(limit))
    ProcessHeap.serveScavenger()
    return true
}

@c(pageheap_entry_set_trace)
public func entrySetTrace(_ trace: UInt8) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    ProcessHeap.heap.heap.setTrace(TraceKind(rawValue: trace) ?? .none)
    return true
}

@c(pageheap_entry_owns)
public func entryOwns(_ pointer: UnsafeRawPointer) -> Bool {
    ProcessHeap.isReadyIfStarted() && ProcessHeap.heap.owns(UInt(bitPattern: pointer))
}
