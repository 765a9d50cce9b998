import Glibc

/// The progress messages of a comparison: one line that is rewritten on a terminal, or otherwise one line per run.
struct CompareProgress: Sendable {
    let total: Int
    /// Whether the line is rewritten. False if the program writes to the terminal, too.
    let rewrites: Bool

    /// Returns the text to write before a run.
    /// - Parameters:
    ///   - done: the number of earlier runs.
    ///   - elapsed: the time that they took, in seconds.
    func before(_ name: String, done: Int, elapsed: Double) -> String {
        guard rewrites else { return "" }
        let rest =
            done == 0
            ? "" : ", about \(TimeText.describe(seconds: elapsed / Double(done) * Double(total - done))) left"
        return "\r\u{1b}[Kpageheap: run \(done + 1) of \(total), \(name)\(rest)"
    }

    /// Returns the text to write after a run.
    func after(_ name: String, _ run: CompareRun, done: Int) -> String {
        if rewrites { return "" }
        var ending = ""
        if run.ending != .exited(code: 0) { ending = ", \(run.ending.description)" }
        let peak = run.peakResidentBytes.map { "\($0)" } ?? "not seen"
        return "pageheap: run \(done) of \(total), \(name): \(TimeText.describe(seconds: run.wallSeconds)), "
            + "peak \(peak)\(ending)\n"
    }

    /// The text to write at the end.
    var end: String { rewrites ? "\r\u{1b}[K" : "" }
}
