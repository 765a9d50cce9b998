import Synchronization

/// Reading the trace from inside the process, by polling. Each function takes the heap lock, or none.
extension Heap {
    /// Registers a reader; records are kept while there is one.
    ///
    /// - Returns: the number of records written so far, which is where the reader begins.
    package func addTraceReader() -> UInt64 {
        state.pointee.traces.readers.wrappingAdd(1, ordering: .relaxed)
        return withHeapLock { state.pointee.traces.written }
    }

    /// Unregisters a reader.
    package func removeTraceReader() { state.pointee.traces.readers.wrappingSubtract(1, ordering: .relaxed) }

    /// The oldest record that is still kept and that a reader has not seen.
    ///
    /// - Parameter next: the number of records written before the first one that the reader has not seen.
    /// - Returns: the record and the number of records written before it, which is more than `next` if some were lost;
    ///   nil if there is no new record.
    package func traceRecord(from next: UInt64) -> (number: UInt64, record: TraceRecord)? {
        withHeapLock {
            let written = state.pointee.traces.written
            guard next < written else { return nil }
            let limit = UInt64(Tunables.traceRecordLimit)
            let number = max(next, written > limit ? written - limit : 0)
            return (number, TraceRecords.place(number, in: traces).pointee)
        }
    }

    /// Keeps a record, overwriting the oldest. Takes the heap lock.
    func append(_ record: TraceRecord) {
        withHeapLock {
            TraceRecords.place(state.pointee.traces.written, in: traces).pointee = record
            state.pointee.traces.written &+= 1
        }
    }

    private var traces: UnsafeMutablePointer<TraceRecords> {
        withUnsafeMutablePointer(to: &state.pointee.traces) { $0 }
    }
}
