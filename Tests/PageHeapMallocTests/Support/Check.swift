import TestSupport
import Testing

/// One check of a C program, run under the malloc library.
enum Check {
    /// The seed of random numbers: the one in PAGEHEAP_SEED, else a new one in each run.
    static let seed: UInt64 =
        environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))

    /// Runs `program check seed`, and expects it to succeed and to write nothing to standard error.
    @discardableResult
    static func passes(
        _ program: String, _ check: String, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ChildProcess.Outcome {
        let outcome = try ChildProcess.run(
            try TestPrograms.program(program), [check, "\(seed)"], environment: environment)
        #expect(
            outcome.succeeded && outcome.errors.isEmpty, "\(program) \(check), PAGEHEAP_SEED=\(seed): \(outcome)",
            sourceLocation: sourceLocation)
        return outcome
    }
}

extension Trait where Self == ConditionTrait {
    static var needsCompiler: Self { .enabled("no C compiler on PATH") { TestPrograms.compiler != nil } }
}
