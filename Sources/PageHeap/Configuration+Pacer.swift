import PageHeapCore

extension PageHeap.Configuration {
    /// How the background worker keeps to its share of CPU time.
    public enum Pacer: Hashable, Sendable {
        /// Over any minute: memory goes as soon as it is not worth keeping, and the worker rests afterwards.
        case budget
        /// At every moment: a feedback controller adjusts the sleep time to the measured share, so that a large drop
        /// takes seconds.
        case controller
        /// The sleep time follows from a moving average of the cost of the work: simpler, and slower to follow changes.
        case average

        var kind: PacerKind {
            switch self {
            case .budget: .budget
            case .controller: .controller
            case .average: .movingAverage
            }
        }

        init(_ kind: PacerKind) {
            switch kind {
            case .budget: self = .budget
            case .controller: self = .controller
            case .movingAverage: self = .average
            }
        }
    }
}
