/// All runs under one allocator.
struct AllocatorResult: Hashable, Sendable {
    let name: String
    /// The path of what was preloaded; nil for the malloc that the program has anyway.
    let library: String?
    let runs: [CompareRun]
    /// How a run has to have ended for its figures to count.
    let expected: ProcessEnding

    /// The runs that count.
    var counted: [CompareRun] { runs.filter { $0.ending == expected } }

    /// The run whose curve is shown: the one of middle length of those that count.
    var medianRun: CompareRun? {
        let sorted = counted.sorted { ($0.wallSeconds, $0.round) < ($1.wallSeconds, $1.round) }
        return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
    }

    /// nil where no run tells.
    func spread(of figure: CompareFigure) -> FigureSpread? {
        FigureSpread(counted.compactMap(figure.value))
    }

    /// Whether memory never fell in one of the runs, so that the time after a drop is the time after the peak.
    var countsFromPeak: Bool { counted.contains { $0.lastDrop?.isFall == false } }
}
