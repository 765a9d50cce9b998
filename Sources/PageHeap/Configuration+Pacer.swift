import PageHeapCore

extension PageHeap.Configuration {
    /// How the background worker keeps to its share of CPU time.
    public enum Pacer: Hashable, Sendable {
        /// A feedback controller adjusts the sleep time to the measured share.
        case controller
        /// The sleep time follows from a moving average of the cost of the work: simpler, and slower to follow changes.
        case average

        var kind: PacerKind { self == .average ? .movingAverage : .controller }

        init(_ kind: PacerKind) { self = kind == .movingAverage ? .average : .controller }
    }
}
