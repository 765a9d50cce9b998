import PageHeapCore

extension PageHeap.Configuration {
    /// How the background worker keeps to its share of CPU time.
    public enum Pacer: Hashable, Sendable {
        /// By a controller that steers the share that it measures.
        case controller
        /// By the moving average of what its work cost: simpler, and slower to follow changes.
        case average

        var kind: PacerKind { self == .average ? .movingAverage : .controller }

        init(_ kind: PacerKind) { self = kind == .movingAverage ? .average : .controller }
    }
}
