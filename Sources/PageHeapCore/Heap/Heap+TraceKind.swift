import Synchronization

extension Heap {
    /// Whether and how generations are told of. No lock is needed.
    var trace: TraceKind { TraceKind(rawValue: state.pointee.trace.load(ordering: .relaxed)) ?? .none }

    /// Says so from now on. No lock is needed.
    package func setTrace(_ kind: TraceKind) { state.pointee.trace.store(kind.rawValue, ordering: .relaxed) }
}
