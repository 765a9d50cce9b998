import Synchronization

/// Reading the trace in the process, from time to time. No lock is held.
extension Heap {
    /// Keeps records from now on, for one reader more.
    ///
    /// - Returns: how many were written before: where the reader begins.
    package func addTraceReader() -> UInt64 {
        state.pointee.traces.readers.wrappingAdd(1, ordering: .relaxed)
        locked.lock()
        defer { locked.unlock() }
        return state.pointee.traces.written
    }

    /// A reader goes.
    package func removeTraceReader() { state.pointee.traces.readers.wrappingSubtract(1, ordering: .relaxed) }

    /// The first record that is still there and that a reader has not seen.
    ///
    /// - Parameter next: how many were written before those that the reader has not seen.
    /// - Returns: the record and how many were written before it: more than `next` where some are lost. Nothing where there
    ///   is nothing new.
    package func traceRecord(from next: UInt64) -> (number: UInt64, record: TraceRecord)? {
        locked.lock()
        defer { locked.unlock() }
        let written = state.pointee.traces.written
        guard next < written else { return nil }
        let limit = UInt64(Tunables.traceRecordLimit)
        let number = max(next, written > limit ? written - limit : 0)
        return (number, TraceRecords.place(number, in: traces).pointee)
    }

    /// Keeps a record.
    func append(_ record: TraceRecord) {
        locked.lock()
        TraceRecords.place(state.pointee.traces.written, in: traces).pointee = record
        state.pointee.traces.written &+= 1
        locked.unlock()
    }

    private var traces: UnsafeMutablePointer<TraceRecords> {
        withUnsafeMutablePointer(to: &state.pointee.traces) { $0 }
    }
}
