import PageHeapCore

extension PagedHeap.Configuration {
    /// How the background worker keeps to its share of CPU time, ``PagedHeap/Configuration/scavengePercent``.
    public enum Pacer: Hashable, Sendable {
        /// The share holds over any minute, and the worker uses it as soon as there is memory to release: at most a
        /// quarter of one processor while the program's threads run, all of one while they sleep. The goal is set ten
        /// times a second.
        case budget
        /// The share holds at every moment, and over any ten seconds it is at most a tenth more: a feedback controller
        /// adjusts the sleep to the share that was measured. At one percent, about 100 MiB per second and processor go.
        /// The goal is set once a second.
        case controller
        /// The share is one of a single processor, and a moving average of the share that was measured corrects the
        /// sleep: simpler, and slower to follow changes. The goal is set once a second.
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
