import PageHeapCore
import PageHeapSimulation
import Testing

/// The budget of time for assists.
struct AssistBudgetTests {
    private func allows(_ budget: inout AssistBudget, _ now: Int64) -> Bool { budget.allowsAssist(now: now) }

    @Test(arguments: [0, -1, 1, Int64.max, Int64.min])
    func aNewBudgetAllowsAssists(_ now: Int64) {
        var budget = AssistBudget()
        #expect(allows(&budget, now))
    }

    @Test func halfOfTheElapsedTimeIsPaidOff() {
        var budget = AssistBudget()
        #expect(allows(&budget, 1000))
        budget.spend(10_000_000)
        #expect(!allows(&budget, 1000))
        #expect(!allows(&budget, 1001))
        #expect(allows(&budget, 1003))
        #expect(budget.debt == 9_999_999)
    }

    /// Over any span, assists take half of the time, what may be taken in advance, and one more assist.
    @Test func assistsTakeAtMostHalfOfTheTime() {
        var generator = SeededGenerator(seed: TestRun.seed)
        var budget = AssistBudget()
        var (now, spent) = (Int64(0), Int64(0))
        for _ in 0..<20_000 {
            now += Int64.random(in: 0...100_000, using: &generator)
            guard budget.allowsAssist(now: now) else { continue }
            let time = Int64.random(in: 0...500_000, using: &generator)
            budget.spend(time)
            now += time
            spent += time
        }
        #expect(spent <= now / 2 + 10_500_000, "PAGEHEAP_SEED=\(TestRun.seed)")
        #expect(spent >= now / 2 - 500_000, "the share is used: PAGEHEAP_SEED=\(TestRun.seed)")
    }

    @Test func aSuspensionDelaysAssistsByASecondAtMost() {
        var budget = AssistBudget()
        #expect(allows(&budget, 0))
        budget.spend(.max)
        budget.spend(.max)
        #expect(!allows(&budget, 0))
        #expect(!allows(&budget, 900_000_000))
        #expect(allows(&budget, 1_000_000_000))
    }

    @Test func aClockThatFallsPaysNothingOff() {
        var budget = AssistBudget()
        #expect(allows(&budget, 5_000_000_000))
        budget.spend(10_000_000)
        #expect(!allows(&budget, 0))
        #expect(allows(&budget, 2))
    }
}
