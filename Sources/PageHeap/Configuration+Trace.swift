import PageHeapCore

extension PagedHeap.Configuration {
    /// The format of the scavenger trace on standard error. The trace has a line for each completed generation of the
    /// search, and one for each call of ``PagedHeap/releaseFreeMemory()``.
    public enum Trace: Hashable, Sendable {
        /// No trace.
        case none
        /// Text, for people: `scav 41 2304 KiB work, 118784 KiB total, 87% util`.
        case text
        /// One JSON object per line, for programs: sizes in bytes, times in nanoseconds.
        case json

        var kind: TraceKind {
            switch self {
            case .none: .none
            case .text: .text
            case .json: .json
            }
        }

        init(_ kind: TraceKind) {
            switch kind {
            case .none: self = .none
            case .text: self = .text
            case .json: self = .json
            }
        }
    }
}
