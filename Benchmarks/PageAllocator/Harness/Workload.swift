/// A fixed amount of work on a heap of its own.
protocol Workload {
    /// The rows that it reports.
    var rows: [Row] { get }

    /// Sets up a heap, does the work once, and returns a sample for each of ``rows``.
    func run() throws(BenchmarkFailure) -> [Sample]
}
