import Foundation

/// What a comparison found, as `--json` writes it; table, chart and page are made from it too.
struct CompareResult: Hashable, Sendable {
    let pageheapVersion: String
    /// The program and its arguments.
    let command: [String]
    /// When the first run was started, as ISO 8601 in UTC.
    let startedAt: String
    /// How many runs under each allocator were wanted.
    let rounds: Int
    let intervalMilliseconds: Int
    /// The allocator that ratios are to.
    let reference: String
    /// How most runs ended; only those count.
    let expected: ProcessEnding
    let allocators: [AllocatorResult]
    /// Allocators that were looked for and are not there.
    let notFound: [String]
    /// Why it ended before all rounds were done; nil if it did not.
    let stopped: String?

    /// - Parameter runs: of each allocator of the selection, in its order.
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

    /// The ending of most runs; of equally frequent ones the preferred, or else the first.
    static func mostFrequent(_ endings: [ProcessEnding], amongEquals preferred: ProcessEnding?) -> ProcessEnding {
        func count(_ ending: ProcessEnding) -> Int { endings.count { $0 == ending } }
        let candidates = (preferred.map { [$0] } ?? []) + endings
        let most = candidates.map(count).max() ?? 0
        return candidates.first { count($0) == most } ?? .exited(code: 0)
    }

    /// Whether every run under every allocator ended the same way.
    var endingsAgree: Bool { allocators.allSatisfy { $0.counted.count == $0.runs.count } }

    var hasRuns: Bool { allocators.contains { !$0.runs.isEmpty } }

    /// The ratio of an allocator's median to the reference's; nil where one of them is missing or zero, or it says nothing.
    func ratio(of figure: CompareFigure, for allocator: AllocatorResult) -> Double? {
        let base = allocators.first { $0.name == reference }?.spread(of: figure)?.median
        guard figure.hasRatio, let base, base > 0, let median = allocator.spread(of: figure)?.median else { return nil }
        return median / base
    }

    /// What a reader has to know, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if let stopped { remarks.append("Not all rounds were run: \(stopped).") }
        for allocator in allocators where allocator.counted.count < allocator.runs.count {
            let others = allocator.runs.filter { $0.ending != expected }
            let ways = others.map(\.ending).reduce(into: [ProcessEnding]()) { if !$0.contains($1) { $0.append($1) } }
            remarks.append(
                "Under \(allocator.name) the program \(ways.map(\.description).joined(separator: " or ")) in "
                    + "\(others.count) of \(allocator.runs.count) runs, which do not count; elsewhere it "
                    + "\(expected.description).")
        }
        if endingsAgree, expected != .exited(code: 0), hasRuns {
            remarks.append("The program \(expected.description) under every allocator.")
        }
        let still = allocators.filter(\.countsFromPeak).map(\.name)
        if !still.isEmpty {
            remarks.append(
                "Memory never fell by a tenth of its peak under \(still.joined(separator: ", ")): "
                    + "there the last columns count from the time of the peak.")
        }
        return remarks
    }
}
