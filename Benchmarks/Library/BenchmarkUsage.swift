/// The error for arguments that make no sense.
struct BenchmarkUsage: Error, CustomStringConvertible {
    var description: String {
        "usage: LibraryBenchmark [ROUNDS] | --only (pages-1 | pages-20 | pages-600 | read) (core | library)"
    }
}
