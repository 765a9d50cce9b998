import CPageHeap
import CPageHeapInterface
import CPageHeapMalloc

// The Swift side of the library's own C interface, pageheap.h. The C functions check their arguments and preserve
// errno. All but `entryOwns` set the heap up if nothing has been allocated yet. They return false, or no limit, if the
// system refuses address space for it.

@c(pageheap_entry_statistics)
public func entryStatistics(_ statistics: UnsafeMutablePointer<pageheap_statistics>) -> Bool {
    guard ProcessHeap.isReady() else { return false }
    ProcessHeap.heap.write(to: &statistics.pointee)
    statistics.pointee.age_nanoseconds = UInt64(max(0, pageheap_monotonic_nanoseconds() - ProcessHeap.startedAt))
    return true
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
