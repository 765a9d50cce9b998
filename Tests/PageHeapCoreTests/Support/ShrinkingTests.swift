import PageHeapSimulation
import Testing

/// The shrinking of failing sequences itself.
struct ShrinkingTests {
    @Test func shrinkingLeavesWhatTheFailureNeeds() {
        let short = shrunk(Array(0..<1000)) { $0.contains(17) && $0.contains(400) && $0.contains(999) }
        #expect(short == [17, 400, 999])
    }

    @Test func aFailureThatNeedsNothingShrinksToNothing() {
        #expect(shrunk([1, 2, 3]) { _ in true } == [])
        #expect(shrunk([Int]()) { _ in true } == [])
    }

    @Test func aFailureThatNeedsEverythingIsNotShrunk() {
        #expect(shrunk([1, 2, 3]) { $0.count == 3 } == [1, 2, 3])
    }

    @Test func shrinkingStopsAfterTheGivenAttempts() {
        var attempts = 0
        _ = shrunk(Array(0..<100), attempts: 10) { _ in
            attempts += 1
            return false
        }
        #expect(attempts == 10)
    }

    /// A program stays valid if steps are left out: no step refers to what is not there.
    @Test func programsStayValidWithoutSomeSteps() {
        var generator = SeededGenerator(seed: TestRun.seed)
        for scenario in [ModelScenario.all[0], ModelScenario.all[3]] {
            let program = ModelProgram(scenario, seed: TestRun.seed, length: 200)
            for _ in 0..<20 {
                let some = program.operations.filter { _ in Bool.random(using: &generator) }
                #expect(program.failure(of: some)?.text == nil)
            }
        }
    }
}
