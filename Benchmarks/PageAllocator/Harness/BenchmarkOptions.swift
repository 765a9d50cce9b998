/// The options of the command line.
struct BenchmarkOptions {
    private(set) var rounds = 5
    /// The file to which the results are written as JSON, besides the table.
    private(set) var jsonPath: String?
    /// Selects the rows whose name it matches anywhere; nil selects all rows.
    private(set) var only: Regex<AnyRegexOutput>?
    private(set) var wantsHelp = false

    static let help = """
        USAGE: PageAllocatorBenchmark [--rounds N] [--only REGEX] [--json FILE] [--help]

        Runs fixed work on the page allocator, checks the results, and prints nanoseconds per operation:
        minimum and median over interleaved rounds. Build it with optimisation (-c release).

          --rounds N      the number of rounds, at least 1 (default 5)
          --only REGEX    run only workloads whose name matches, as in 'A1|^B 1'
          --json FILE     also write the results to FILE
          --help          print this

        EXIT STATUS: 0; 1 if a checksum or a count is wrong; 64 if the command line is; 73 if FILE cannot be written.
        """

    init(_ arguments: some Sequence<String>) throws(BenchmarkFailure) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "--help", "-h":
                wantsHelp = true
            case "--rounds":
                guard let number = rest.next().flatMap({ Int($0) }), number > 0 else {
                    throw .usage("--rounds needs a number of at least 1")
                }
                rounds = number
            case "--json":
                guard let path = rest.next() else { throw .usage("--json needs a file") }
                jsonPath = path
            case "--only":
                guard let text = rest.next() else { throw .usage("--only needs a regular expression") }
                guard let pattern = try? Regex(text) else {
                    throw .usage("--only: '\(text)' is not a regular expression")
                }
                only = pattern
            default:
                throw .usage("unknown argument '\(argument)'")
            }
        }
    }

    /// Returns whether a row is selected.
    func selects(_ row: Row) -> Bool {
        guard let only else { return true }
        return row.name.firstMatch(of: only) != nil
    }
}
