import PageHeapSimulation

/// A random program on a modelled heap: made from a seed, run, and shrunk if it fails.
struct ModelProgram {
    let scenario: ModelScenario
    let operations: [ModelOperation]

    /// The number of steps of a program. The next one begins with an empty heap, so that small heaps are tested as
    /// often as grown ones.
    static let length = 500

    /// The step at which a program failed, and the reason.
    struct Failure {
        var step: Int
        var text: String
    }

    init(_ scenario: ModelScenario, seed: UInt64, length: Int = ModelProgram.length) {
        var generator = SeededGenerator(seed: seed)
        self.scenario = scenario
        operations =
            [scenario.shape.randomGrowth(using: &generator)]
            + (1..<max(length, 2)).map { _ in .random(scenario.shape, using: &generator) }
    }

    /// Runs the program, or other steps instead. Returns the first disagreement.
    func failure(of steps: [ModelOperation]? = nil) -> Failure? {
        var step = 0
        do {
            var heap = try ModelledHeap(scenario)
            let steps = steps ?? operations
            for operation in steps {
                try heap.perform(operation)
                step += 1
                try heap.check(thoroughly: step % scenario.shape.checkInterval == 0 || step == steps.count)
            }
            return nil
        } catch let disagreement as ModelledHeap.Disagreement {
            return Failure(step: step, text: disagreement.text)
        } catch {
            return Failure(step: step, text: "\(error)")
        }
    }

    /// Runs the program. Returns what went wrong, with a short sequence of steps that still fails.
    func report() -> String? {
        if TestRun.shrinksInChildren { return reportFromChildren() }
        guard let failure = failure() else { return nil }
        let beginning = Array(operations.prefix(failure.step + 1))
        let short = shrunk(beginning) { self.failure(of: $0) != nil }
        return Self.text(short, self.failure(of: short)?.text ?? failure.text)
    }

    /// The same for a program that stops the process: each attempt runs in a child.
    private func reportFromChildren() -> String? {
        if ChildRun.succeeds({ failure() == nil }) { return nil }
        let short = shrunk(operations) { steps in !ChildRun.succeeds { failure(of: steps) == nil } }
        var reason = "see the last line of a child on standard error"
        // Once more, now with its output; if the two only disagree, in this process.
        if ChildRun.succeeds(isQuiet: false, { failure(of: short) != nil }) {
            reason = failure(of: short)?.text ?? reason
        }
        return Self.text(short, reason)
    }

    private static func text(_ steps: [ModelOperation], _ reason: String) -> String {
        "\(reason), after these \(steps.count) steps:\n" + steps.map { "    .\($0)," }.joined(separator: "\n")
    }
}
