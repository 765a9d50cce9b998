import CPageHeapRecorder
import Synchronization

/// The first page of the trace's file, which all processes that are recorded have mapped.
enum TracePage {
    private static var page: UnsafeMutableRawPointer { pageheap_recorder_header() }

    // Relaxed, all of them: numbers that differ, and counts.

    static func takeProcessNumber() -> UInt32 {
        word32(TraceFormat.processCountOffset).pointee.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    static func add(_ count: UInt64, at offset: Int) {
        (page + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.wrappingAdd(count, ordering: .relaxed)
    }

    /// Notes that a process stops recording; the first one leaves the reason.
    static func noteStop(_ error: Int32, process: UInt32) {
        let count = word32(TraceFormat.stoppedCountOffset).pointee.wrappingAdd(1, ordering: .relaxed).oldValue
        if count != 0 { return }
        word32(TraceFormat.stopReasonOffset).pointee.store(UInt32(bitPattern: error), ordering: .relaxed)
        word32(TraceFormat.stoppedProcessOffset).pointee.store(process, ordering: .relaxed)
        (page + TraceFormat.stopTickOffset).storeBytes(of: pageheap_recorder_tick(), as: UInt64.self)
    }

    private static func word32(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (page + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    }
}
