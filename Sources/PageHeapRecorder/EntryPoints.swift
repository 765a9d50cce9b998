import CPageHeapRecorder

// The linker makes `malloc` and `free` of the first two (Package.swift); the C entry points in Sources/CPageHeapRecorder call the
// others.

@c(pageheap_recorder_malloc)
public func recorderMalloc(_ bytes: UInt) -> UnsafeMutableRawPointer? {
    let block = pageheap_recorder_next_malloc(bytes)
    if let block { Recorder.allocated(UInt(bitPattern: block), bytes) }
    return block
}

@c(pageheap_recorder_free)
public func recorderFree(_ block: UnsafeMutableRawPointer?) {
    let address = UInt(bitPattern: block)
    // Programs free nil by the million. Early blocks are nobody's.
    if address == 0 || pageheap_recorder_is_early(address) { return }
    // Before the block is freed: from then on another thread may get it.
    Recorder.freed(address)
    pageheap_recorder_next_free(block)
}

@c(pageheap_recorder_allocated)
public func recorderAllocated(_ block: UInt, _ bytes: UInt) { Recorder.allocated(block, bytes) }

@c(pageheap_recorder_freed)
public func recorderFreed(_ block: UInt) { Recorder.freed(block) }

@c(pageheap_recorder_allocated_zeroed)
public func recorderAllocatedZeroed(_ block: UInt, _ bytes: UInt) {
    Recorder.note { $0.allocateZeroed(UInt64(block), bytes: UInt64(bytes), $1) }
}

@c(pageheap_recorder_allocated_aligned)
public func recorderAllocatedAligned(_ block: UInt, _ bytes: UInt, _ alignment: UInt) {
    Recorder.note {
        $0.allocateAligned(
            UInt64(block), bytes: UInt64(bytes), alignment: UInt64(alignment), isZeroed: false, $1)
    }
}

@c(pageheap_recorder_begin_reallocation)
public func recorderBeginReallocation(_ block: UInt) { Recorder.note { $0.beginReallocation(UInt64(block), $1) } }

@c(pageheap_recorder_end_reallocation)
public func recorderEndReallocation(_ block: UInt, _ bytes: UInt) {
    Recorder.note { $0.endReallocation(UInt64(block), bytes: UInt64(bytes), $1) }
}

@c(pageheap_recorder_fail_reallocation)
public func recorderFailReallocation() { Recorder.note { $0.failReallocation($1) } }

@c(pageheap_recorder_position)
public func recorderPosition() -> UInt { Recorder.position }

@c(pageheap_recorder_suspend)
public func recorderSuspend() { Recorder.suspend(true) }

@c(pageheap_recorder_resume)
public func recorderResume() { Recorder.suspend(false) }

/// Called in the last round of a thread's destructors.
@c(pageheap_recorder_thread_ended)
public func recorderThreadEnded(_ record: UnsafeMutableRawPointer) {
    Recorder.note { $0.endThread($1) }
    Recorder.endThread()
}

/// Called when the process exits in the ordinary way. Another event opens another block.
@c(pageheap_recorder_process_ends)
public func recorderProcessEnds() { Recorder.closeBlock() }
