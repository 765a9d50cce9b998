import Foundation

/// The program: fixed work on the page allocator, checked and timed.
@main
enum PageAllocatorBenchmark {
    static func main() {
        do throws(BenchmarkFailure) {
            let options = try BenchmarkOptions(CommandLine.arguments.dropFirst())
            if options.wantsHelp {
                print(BenchmarkOptions.help)
                return
            }
            try run(options)
        } catch {
            note(error.message)
            exit(error.status)
        }
    }

    /// Runs the rounds. Each round runs all workloads, so that a change in the machine's load affects all of them.
    private static func run(_ options: BenchmarkOptions) throws(BenchmarkFailure) {
        #if DEBUG
            note("built without optimisation: the figures mean nothing")
        #endif
        let chosen = Suite.workloads.filter { $0.rows.contains(where: options.selects) }
        if chosen.isEmpty { throw .usage("no workload has a name that --only matches") }
        var samples = chosen.map { $0.rows.map { _ in [Double]() } }
        for round in 1...options.rounds {
            for (index, workload) in chosen.enumerated() {
                note("round \(round) of \(options.rounds): \(workload.rows[0].name)")
                for (column, sample) in try workload.run().enumerated() {
                    try check(sample, workload.rows[column])
                    samples[index][column].append(sample.nanoseconds)
                }
            }
        }
        var results: [RowResult] = []
        for (index, workload) in chosen.enumerated() {
            for (column, row) in workload.rows.enumerated() where options.selects(row) {
                results.append(RowResult(row, samples[index][column]))
            }
        }
        let report = Report(results: results)
        print(report.table, terminator: "")
        if let path = options.jsonPath { try write(report.json, to: path) }
    }

    private static func check(_ sample: Sample, _ row: Row) throws(BenchmarkFailure) {
        if sample.evidence == row.expected { return }
        throw BenchmarkFailure(
            message: "\(row.name): the results are wrong: \(sample.evidence.text), expected \(row.expected.text)",
            status: 1)
    }

    private static func write(_ text: String, to path: String) throws(BenchmarkFailure) {
        do {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// Writes a line to standard error.
    private static func note(_ text: String) {
        FileHandle.standardError.write(Data("PageAllocatorBenchmark: \(text)\n".utf8))
    }
}
