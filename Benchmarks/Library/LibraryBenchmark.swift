import PageHeap
import PageHeapCore

/// Measures what the public library costs beside the core: the same work through ``PagedHeap`` and through `SystemHeap`,
/// in turn. It prints the median of the rounds, and of their ratios.
///
///     swift run -c release --omit-frame-pointers LibraryBenchmark [ROUNDS]
///
/// With `--only`, one workload runs through one of the two, for a tool that counts instructions.
@main
struct LibraryBenchmark {
    static let operations = 200_000

    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "--only" {
            arguments.removeFirst()
            return try runOne(arguments)
        }
        let rounds = arguments.first.flatMap { Int($0) } ?? 21
        guard rounds > 0 else { throw BenchmarkUsage() }
        print("median of \(rounds) rounds, nanoseconds per operation")
        for workload in try Workload.all() {
            var (core, library, ratios): ([Double], [Double], [Double]) = ([], [], [])
            _ = (try workload.core(operations), try workload.library(operations))
            for round in 0..<rounds {
                // Each of the two is first in every other round.
                if round % 2 == 0 { core.append(try time(workload.core)) }
                library.append(try time(workload.library))
                if round % 2 == 1 { core.append(try time(workload.core)) }
                ratios.append(library[round] / core[round])
            }
            print(workload.name, "core", text(core), "library", text(library), "ratio", text(ratios))
        }
    }

    /// Runs one workload once, through the core or through the library.
    private static func runOne(_ arguments: [String]) throws {
        guard arguments.count == 2, let workload = try Workload.all().first(where: { $0.name == arguments[0] }),
            arguments[1] == "core" || arguments[1] == "library"
        else { throw BenchmarkUsage() }
        _ = try arguments[1] == "core" ? workload.core(operations) : workload.library(operations)
    }

    private static func time(_ body: (Int) throws -> UInt) throws -> Double {
        let start = ContinuousClock.now
        _ = try body(operations)
        return start.duration(to: .now) / .nanoseconds(1) / Double(operations)
    }

    private static func text(_ values: [Double]) -> String {
        let median = values.sorted()[values.count / 2]
        return "\((median * 100).rounded() / 100)"
    }
}
