import PageHeapCore

extension PageHeap.Configuration {
    /// Whether and how a heap tells of its scavenger's work on standard error: a line for each generation of the search
    /// that has ended, and one for each ``PageHeap/PageHeap/releaseFreeMemory()``.
    public enum Trace: Hashable, Sendable {
        /// Not at all.
        case none
        /// Text, for people: `scav 41 2304 KiB work, 118784 KiB total, 87% util`.
        case text
        /// An object of JSON, for programs: sizes in bytes, times in nanoseconds.
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
