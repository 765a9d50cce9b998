import CPageHeap
import Synchronization

/// Reporting generations: as lines on standard error, and as records for readers in the process.
extension Heap {
    private var traceLog: UnsafeMutablePointer<TraceLog> {
        withUnsafeMutablePointer(to: &state.pointee.trace) { $0 }
    }

    /// Whether generations are reported when they end.
    var isTraced: Bool { state.pointee.trace.isWanted }

    /// Sets whether and how generations are reported on standard error. Needs no lock.
    package func setTrace(_ kind: TraceKind) { state.pointee.trace.set(kind) }

    // MARK: Lines

    /// Writes a line to standard error if the trace is on. If nobody reads the pipe there, the line is lost, rather than that
    /// the scavenger waits; the generations' numbers show the gap.
    func writeIfWanted(_ line: inout MessageLine) {
        if state.pointee.trace.kind != .none && pageheap_error_takes_a_line() { line.writeToStandardError() }
    }

    /// Formats the line about a generation that has ended, and clears the controller-failure flag that it reports. The
    /// caller holds no lock, except perhaps the pass lock.
    func traceLine(_ ended: EndedGeneration) -> MessageLine {
        var figures = figures()
        figures.ledger = ended.ledger
        return traceLine(
            ended.number, ended.worked, figures, isForced: false,
            wasReset: state.pointee.member.figures.takeReset())
    }

    /// Formats the line about a forced release.
    func forcedTraceLine(_ released: ByteCount) -> MessageLine {
        let figures = figures()
        return traceLine(figures.generation, released, figures, isForced: true, wasReset: false)
    }

    /// Formats a line, empty if none are printed, and keeps the same data as a record if the trace has readers. Takes
    /// the heap lock if it has.
    private func traceLine(
        _ generation: UInt32, _ worked: ByteCount, _ figures: HeapStatistics, isForced: Bool, wasReset: Bool
    ) -> MessageLine {
        let time = system.monotonicNanoseconds()
        if state.pointee.trace.hasReaders {
            let record = TraceRecord(
                generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                time: time)
            withHeapLock { TraceLog.append(record, to: traceLog) }
        }
        switch state.pointee.trace.kind {
        case .none:
            return MessageLine()
        case .text:
            return TraceLine.text(
                generation: generation, worked: worked, ledger: figures.ledger, isForced: isForced, wasReset: wasReset)
        case .json:
            return TraceLine.json(
                generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                time: time)
        }
    }

    // MARK: Readers

    /// Registers a reader; records are kept while there is one. Takes the heap lock.
    ///
    /// - Returns: the number of records written so far, which is where the reader begins.
    package func addTraceReader() -> UInt64 {
        state.pointee.trace.addReader()
        return withHeapLock { state.pointee.trace.written }
    }

    /// Unregisters a reader.
    package func removeTraceReader() { state.pointee.trace.removeReader() }

    /// The oldest record that is still kept and that a reader has not seen; see ``TraceLog/record(from:in:)``. Takes
    /// the heap lock.
    package func traceRecord(from next: UInt64) -> (number: UInt64, record: TraceRecord)? {
        withHeapLock { TraceLog.record(from: next, in: traceLog) }
    }
}
