import PageHeapCore
import Testing

/// The pace that a worker keeps from round to round, without a heap.
struct WorkerPaceTests {
    private func pace(_ kind: PacerKind = .controller, share: Double = 0.01) -> WorkerPace {
        WorkerPace(kind, share: share, reading: 0, processorTime: 0)
    }

    /// Nanoseconds of sleep after a millisecond of work.
    private func sleep(_ pace: WorkerPace) -> Int64 {
        var pace = pace
        return pace.sleepTime(after: 1e6).sleep
    }

    // MARK: The first idle round

    @Test func onlyTheFirstIdleRoundSetsThePace() {
        let fresh = pace()
        var idle = fresh
        idle.endIdleRound(worked: 0, slept: 1_000_000_000, processors: 2)
        // As if the least work that counts had been done.
        var told = SleepRatioPacer(share: 0.01)
        told.endRound(worked: SleepRatioPacer.counted(0), slept: 1_000_000_000, processors: 2)
        #expect(sleep(idle) == told.sleepTime(worked: SleepRatioPacer.counted(1e6)))
        #expect(sleep(idle) < sleep(fresh) / 3)
        var twice = idle
        twice.endIdleRound(worked: 0, slept: 1_000_000_000, processors: 2)
        #expect(sleep(twice) == sleep(idle))
    }

    @Test func anIdleRoundCutShortByARequestDoesNotCount() {
        let fresh = pace()
        var idle = fresh
        idle.endIdleRound(worked: 0, slept: 499_999_999, processors: 2)
        #expect(sleep(idle) == sleep(fresh))
        idle.endIdleRound(worked: 0, slept: 500_000_000, processors: 2)
        #expect(sleep(idle) < sleep(fresh))
    }

    @Test func idleRoundsAfterWorkChangeNothing() {
        var worked = pace()
        let time = worked.sleepTime(after: 1e6)
        _ = worked.endRound(worked: time.worked, slept: 20_000_000, processors: 2)
        let before = sleep(worked)
        worked.endIdleRound(worked: 0, slept: 1_000_000_000, processors: 2)
        #expect(sleep(worked) == before)
    }

    @Test func idleRoundsDoNotChangeAMovingAverage() {
        let fresh = pace(.movingAverage)
        var idle = fresh
        idle.endIdleRound(worked: 0, slept: 1_000_000_000, processors: 2)
        #expect(sleep(idle) == sleep(fresh))
    }

    // MARK: The bound over ten seconds

    @Test(arguments: [(0.01, 1), (0.01, 4), (0.5, 2), (0.001, 1)])
    func workThatCouldExceedTheBoundWaits(share: Double, processors: Double) {
        var pace = pace(share: share)
        // A tenth above the share of ten seconds, less two stretches of a millisecond.
        let most = Int64((share * processors * 11e9).rounded()) - 2_000_000
        var delays: [Int64] = []
        for (used, time) in [
            (most, 30_000_000), (most + 1, 4_030_000_000), (most + 1, 10_099_999_999), (most + 1, 10_100_000_000),
        ] as [(Int64, Int64)] {
            _ = pace.account(processorTime: used, reading: time)
            delays.append(pace.delay(processors: processors))
        }
        // First as much as is allowed, then more: the first tenth of a second leaves the window 10.1 seconds after it
        // began.
        #expect(delays == [0, 10_100_000_000 - 4_030_000_000, 1, 0])
    }

    @Test func aMovingAverageHasNoBound() {
        var pace = pace(.movingAverage)
        let spent = pace.account(processorTime: 5_000_000_000, reading: 5_000_000_000)
        let delay = pace.delay(processors: 1)
        #expect(spent == 5_000_000_000 && delay == 0)
    }
}
