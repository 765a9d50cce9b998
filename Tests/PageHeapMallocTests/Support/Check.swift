import TestSupport
import Testing

/// One check of a C program, run under the malloc library.
enum Check {
    /// Random numbers' seed: another one in each run, or the one that the variable PAGEHEAP_SEED gives.
    static let seed: UInt64 =
        environmentNumber("PAGEHEAP_SEED") ?? .random(in: 1...UInt64(Int64.max))

    /// Runs `program check seed` and expects it to succeed without a word on standard error.
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
