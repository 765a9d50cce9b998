import CPageHeap
import CPageHeapMalloc

// The Swift side of the C entry points in Sources/CPageHeapMalloc. The linker makes `malloc` and `free` of the first two
// (Package.swift): a Swift function named malloc would be taken for the C library's declaration, and would not have the
// visibility that programs expect.

@c(pageheap_entry_malloc)
public func entryMalloc(_ bytes: UInt) -> UnsafeMutableRawPointer? {
    ProcessHeap.heap.allocateFromCache(bytes) { allocateSlowly(bytes) }
}

@c(pageheap_entry_free)
public func entryFree(_ pointer: UnsafeMutableRawPointer?) {
    let address = UInt(bitPattern: pointer)
    let heap = ProcessHeap.heap
    let unit = heap.spans.unit(of: address)
    if !heap.spans.isQuick(unit) { return freeSlowly(address, unit) }
    if !heap.freeToCache(address) { freeToHeap(address) }
}

/// Serves a request that the thread cache could not. Sets errno if there is no memory.
@inline(never)
@c(pageheap_allocate_slowly)
public func allocateSlowly(_ bytes: UInt) -> UnsafeMutableRawPointer? {
    ProcessHeap.heap.allocateChecked(bytes) { allocateFromHeap(bytes) }
}

@inline(never)
@c(pageheap_allocate_from_heap)
public func allocateFromHeap(_ bytes: UInt) -> UnsafeMutableRawPointer? { allocate { $0.allocateSlowly(bytes) } }

/// Runs an allocation on the heap, which is set up if necessary, then serves the scavenger. Sets errno if there is no
/// memory.
@inline(__always)
private func allocate(
    _ body: (MallocHeap<HostOperatingSystem>) -> UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    guard ProcessHeap.isReady(), let block = body(ProcessHeap.heap) else {
        pageheap_set_out_of_memory()
        return nil
    }
    ProcessHeap.serveScavenger()
    return block
}

@inline(never)
private func freeSlowly(_ address: UInt, _ unit: UInt) {
    // Programs free nil by the million.
    if address == 0 { return }
    if !ProcessHeap.heap.freeChecked(address, unit) { freeToHeap(address) }
}

@inline(never)
private func freeToHeap(_ address: UInt) {
    if address == 0 { return }
    checkReady(address, in: .free)
    ProcessHeap.heap.freeSlowly(address)
    ProcessHeap.serveScavenger()
}

/// Aborts if there is no heap yet that the address could belong to.
@inline(__always)
private func checkReady(_ address: UInt, in call: BlockCall) {
    if !ProcessHeap.isReadyIfStarted() { WrongUse.stop(.foreign, address, in: call) }
}

@c(pageheap_entry_calloc)
public func entryCalloc(_ bytes: UInt) -> UnsafeMutableRawPointer? { allocate { $0.allocateZeroed(bytes) } }

@c(pageheap_entry_realloc)
public func entryRealloc(_ pointer: UnsafeMutableRawPointer, _ bytes: UInt) -> UnsafeMutableRawPointer? {
    checkReady(UInt(bitPattern: pointer), in: .realloc)
    return allocate { $0.reallocate(UInt(bitPattern: pointer), bytes) }
}

@c(pageheap_entry_aligned)
public func entryAligned(_ alignment: UInt, _ bytes: UInt) -> UnsafeMutableRawPointer? {
    allocate { $0.allocateAligned(bytes, alignment: alignment) }
}

@c(pageheap_entry_usable_size)
public func entryUsableSize(_ pointer: UnsafeMutableRawPointer) -> UInt {
    checkReady(UInt(bitPattern: pointer), in: .usableSize)
    return ProcessHeap.heap.usableBytes(UInt(bitPattern: pointer)).rawValue
}

@c(pageheap_entry_release)
public func entryRelease() -> UInt {
    ProcessHeap.isReadyIfStarted() ? ProcessHeap.heap.releaseFreeMemory().returned.rawValue : 0
}
