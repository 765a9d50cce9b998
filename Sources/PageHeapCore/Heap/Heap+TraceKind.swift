import Synchronization

extension Heap {
    /// The trace mode: whether and how generations are reported on standard error. Needs no lock.
    var trace: TraceKind { TraceKind(rawValue: state.pointee.trace.load(ordering: .relaxed)) ?? .none }

    /// Sets the trace mode. Needs no lock.
    package func setTrace(_ kind: TraceKind) { state.pointee.trace.store(kind.rawValue, ordering: .relaxed) }
}
