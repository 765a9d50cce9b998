/// The results of all runs under one allocator.
struct AllocatorResult: Hashable, Sendable {
    let name: String
    /// The path of the preloaded library; nil for the program's own malloc.
    let library: String?
    let runs: [CompareRun]
    /// The ending that a run must have for its figures to count.
    let expected: ProcessEnding

    /// The runs that count.
    var counted: [CompareRun] { runs.filter { $0.ending == expected } }

    /// The run whose curve is shown: the one with the median wall time among those that count.
    var medianRun: CompareRun? {
        let sorted = counted.sorted { ($0.wallSeconds, $0.round) < ($1.wallSeconds, $1.round) }
        return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
    }

    /// Returns the spread of a figure over the runs that count; nil if no run has the figure.
    func spread(of figure: CompareFigure) -> FigureSpread? {
        FigureSpread(counted.compactMap(figure.value))
    }

    /// A sentence that says that the program did not run on this allocator; nil if it did.
    var notOnAllocator: String? {
        let strangers = counted.compactMap(\.largestProcessWithoutLibrary)
        guard let largest = strangers.max(by: { $0.peakResidentBytes < $1.peakResidentBytes }) else { return nil }
        return "The largest process under \(name), '\(largest.name)' with \(largest.peakResidentBytes), did not run on "
            + "\(name): \(largest.cause.text)."
    }

    /// Whether memory never fell in at least one run that counts, so that its figures after a drop count from its peak.
    var countsFromPeak: Bool { counted.contains { $0.lastDrop?.isFall == false } }
}
