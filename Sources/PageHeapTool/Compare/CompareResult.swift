import FoundationEssentials

/// The result of a comparison, as `--json` writes it. The table, the chart and the report are made from it, too.
struct CompareResult: Hashable, Sendable {
    let pageheapVersion: String
    /// The program and its arguments.
    let command: [String]
    /// The time when the first run was started, as ISO 8601 in UTC.
    let startedAt: String
    /// The requested number of runs under each allocator.
    let rounds: Int
    let intervalMilliseconds: Int
    /// The name of the allocator to whose figures ratios are given.
    let reference: String
    /// The most frequent ending. Only runs that ended this way count.
    let expected: ProcessEnding
    let allocators: [AllocatorResult]
    /// The names of known allocators that were not found.
    let notFound: [String]
    /// Why the comparison ended before all rounds were done; nil if it did not.
    let stopped: String?

    /// Creates the result of a comparison.
    ///
    /// - Parameter runs: the runs under each allocator, in the order of the selection.
    init(
        selection: AllocatorSelection, runs: [[CompareRun]], command: [String], startedAt: Date, rounds: Int,
        interval: Int, stopped: String?, version: String
    ) {
        pageheapVersion = version
        self.command = command
        self.startedAt = startedAt.formatted(.iso8601)
        self.rounds = rounds
        intervalMilliseconds = interval
        reference = selection.reference.name
        let first = zip(selection.allocators, runs).first { $0.0 == selection.reference }?.1.first?.ending
        let usual = Self.mostFrequent(runs.joined().map(\.ending), amongEquals: first)
        expected = usual
        allocators = zip(selection.allocators, runs).map { allocator, runs in
            AllocatorResult(
                name: allocator.name, library: allocator.library?.path.string, runs: runs, expected: usual)
        }
        notFound = selection.notFound
        self.stopped = stopped
    }

    /// Returns the most frequent ending; if several are equally frequent, the preferred one, or else the first.
    static func mostFrequent(_ endings: [ProcessEnding], amongEquals preferred: ProcessEnding?) -> ProcessEnding {
        func count(_ ending: ProcessEnding) -> Int { endings.count { $0 == ending } }
        let candidates = (preferred.map { [$0] } ?? []) + endings
        let most = candidates.map(count).max() ?? 0
        return candidates.first { count($0) == most } ?? .exited(code: 0)
    }

    /// Whether every run under every allocator ended the same way.
    var endingsAgree: Bool { allocators.allSatisfy { $0.counted.count == $0.runs.count } }

    /// How many runs the medians are of, in words.
    var medianOf: String {
        let counts = allocators.map(\.counted.count).filter { $0 > 0 }
        let (fewest, most) = (counts.min() ?? 0, counts.max() ?? 0)
        if most <= 1 { return "one run" }
        return fewest == most ? "median of \(most)" : "median of \(fewest) to \(most)"
    }

    var hasRuns: Bool { allocators.contains { !$0.runs.isEmpty } }

    /// Returns the ratio of an allocator's median to the reference's; nil if one of them is missing, the reference's is
    /// zero, or the ratio is meaningless.
    func ratio(of figure: CompareFigure, for allocator: AllocatorResult) -> Double? {
        let base = allocators.first { $0.name == reference }?.spread(of: figure)?.median
        guard figure.hasRatio, let base, base > 0, let median = allocator.spread(of: figure)?.median else { return nil }
        return median / base
    }

    /// Remarks that a reader must know, each of them a sentence.
    var remarks: [String] {
        var remarks: [String] = []
        if let stopped {
            let counts = Set(allocators.map(\.runs.count)).sorted()
            let done = counts.map(String.init).joined(separator: " or ")
            remarks.append("Not all \(rounds) rounds were run (\(done) under each allocator): \(stopped).")
        }
        remarks += allocators.compactMap(\.notOnAllocator)
        for allocator in allocators where allocator.counted.count < allocator.runs.count {
            let others = allocator.runs.filter { $0.ending != expected }
            let ways = others.map(\.ending).reduce(into: [ProcessEnding]()) { if !$0.contains($1) { $0.append($1) } }
            remarks.append(
                "Under \(allocator.name) the program \(ways.map(\.description).joined(separator: " or ")) in "
                    + "\(others.count) of \(allocator.runs.count) runs, which do not count; otherwise it "
                    + "\(expected.description).")
        }
        if endingsAgree, expected != .exited(code: 0), hasRuns {
            remarks.append("The program \(expected.description) under every allocator.")
        }
        let still = allocators.filter(\.countsFromPeak).map(\.name)
        if !still.isEmpty {
            remarks.append(
                "Memory never fell by a tenth of its peak under \(still.joined(separator: ", ")): "
                    + "for them, the last columns count from the time of the peak.")
        }
        return remarks
    }
}
