import PageHeapCore
import Testing

/// The worker's clock, which never runs backwards.
struct WorkerClockTests {
    @Test func theClockFollowsTheSystemsClock() {
        var clock = WorkerClock(reading: 1_000)
        #expect(clock.advance(to: 1_250) == 250)
        #expect(clock.advance(to: 1_300, atLeast: 10) == 50)
        #expect(clock.now == 300)
    }

    @Test func theClockNeverRunsBackwards() {
        var clock = WorkerClock(reading: 1_000)
        #expect(clock.advance(to: 10) == 0)
        #expect(clock.now == 0)
        #expect(clock.advance(to: 25) == 15)
    }

    @Test func anExpiredWaitCountsThoughTheClockStandsStill() {
        var clock = WorkerClock(reading: 5)
        #expect(clock.advance(to: 5, atLeast: 700) == 700)
        #expect(clock.advance(to: 5) == 0)
        #expect(clock.now == 700)
    }

    @Test func extremeTimesDoNotTrap() {
        var clock = WorkerClock(reading: .min)
        #expect(clock.advance(to: .max) == 0)
        #expect(clock.advance(to: .max, atLeast: .max) == .max)
        #expect(clock.advance(to: .max, atLeast: .max) == .max)
        #expect(clock.now == .max)
    }
}
