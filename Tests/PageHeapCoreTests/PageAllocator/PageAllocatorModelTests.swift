import PageHeapCore
import PageHeapSimulation
import Testing

/// Random operations on the page allocator and on a slow, obvious one; both must agree on every result.
///
/// A failing program is shrunk, and printed with its seed. `PAGEHEAP_SEED` and `PAGEHEAP_OPERATIONS` (of each scenario)
/// repeat a failure or search deeper. If the allocator stops the process, `PAGEHEAP_SHRINK=1` shrinks the program.
struct PageAllocatorModelTests {
    @Test(arguments: ModelScenario.all.indices)
    func theAllocatorAgreesWithTheModel(scenario index: Int) {
        let scenario = ModelScenario.all[index]
        var left = TestRun.operations(scenario.operations)
        var round: UInt64 = 0
        while left > 0 {
            let seed = TestRun.seed &* 1_000_000_007 &+ UInt64(index) &* 1_000_003 &+ round
            let program = ModelProgram(scenario, seed: seed, length: min(left, ModelProgram.length))
            if let report = program.report() {
                Issue.record("PAGEHEAP_SEED=\(TestRun.seed), \(scenario), program \(round): \(report)")
                return
            }
            left -= program.operations.count
            round += 1
        }
    }

    @Test func thereAreEnoughOperations() {
        #expect(ModelScenario.all.reduce(0) { $0 + $1.operations } == 200_000)
    }
}
