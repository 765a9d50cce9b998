import Glibc

/// Says on standard error how far a comparison has come: one line that changes on a terminal, a line a run elsewhere.
struct CompareProgress: Sendable {
    let total: Int
    /// Whether the line can be written over; not where the program writes to the terminal, too.
    let rewrites: Bool

    /// What to write before a run.
    /// - Parameters:
    ///   - done: how many runs were before.
    ///   - elapsed: how long they took, in seconds.
    func before(_ name: String, done: Int, elapsed: Double) -> String {
        guard rewrites else { return "" }
        let rest =
            done == 0
            ? "" : ", about \(TimeText.describe(seconds: elapsed / Double(done) * Double(total - done))) left"
        return "\r\u{1b}[Kpageheap: run \(done + 1) of \(total), \(name)\(rest)"
    }

    /// What to write after a run.
    func after(_ name: String, _ run: CompareRun, done: Int) -> String {
        if rewrites { return "" }
        var ending = ""
        if run.ending != .exited(code: 0) { ending = ", \(run.ending.description)" }
        return "pageheap: run \(done) of \(total), \(name): \(TimeText.describe(seconds: run.wallSeconds)), "
            + "peak \(run.peakResidentBytes)\(ending)\n"
    }

    /// What to write at the end.
    var end: String { rewrites ? "\r\u{1b}[K" : "" }
}
