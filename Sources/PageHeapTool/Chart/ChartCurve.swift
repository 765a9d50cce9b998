/// A point of a curve: seconds after the start, and bytes.
struct ChartPoint: Hashable, Sendable {
    let seconds: Double
    let bytes: Double
}

/// One curve of the chart over time.
struct ChartCurve: Hashable, Sendable {
    /// The kinds of curves, in the order in which they are drawn and explained.
    enum Kind: String, CaseIterable, Sendable {
        case resident, inUse, retained, goal

        var label: String {
            switch self {
            case .resident: "resident"
            case .inUse: "in use"
            case .retained: "retained"
            case .goal: "goal"
            }
        }

        /// The value of the curve in a sample; nil if there is none.
        func value(in sample: MemorySample) -> ByteCount? {
            switch self {
            case .resident: sample.residentBytes
            case .inUse: sample.residentInUse
            case .retained: sample.residentRetained
            case .goal: sample.goalBytes
            }
        }

        /// A sentence that explains the curve.
        var meaning: String {
            switch self {
            case .resident:
                "Physical memory of all processes of the run, code and stacks included: what the system's own tools show."
            case .inUse: "The part of the heap that the program holds, in whole pages; at most what is resident."
            case .retained:
                "In use, plus free pages kept for reuse; at most what is resident."
            case .goal: "The scavenger's target for retained memory: what is above it goes."
            }
        }
    }

    let kind: Kind
    /// The unbroken stretches of the curve. There may be several, because a goal may be missing for some time.
    let stretches: [[ChartPoint]]

    var peak: ChartPoint? {
        stretches.joined().max { $0.bytes < $1.bytes }
    }

    var last: ChartPoint? { stretches.last?.last }
}
