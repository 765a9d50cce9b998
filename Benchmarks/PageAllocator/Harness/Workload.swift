/// A fixed amount of work on a heap of its own.
protocol Workload {
    /// What it reports.
    var rows: [Row] { get }

    /// Sets a heap up, does the work once, and answers a sample for each of ``rows``.
    func run() throws(BenchmarkFailure) -> [Sample]
}
