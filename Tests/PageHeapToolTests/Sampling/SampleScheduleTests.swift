import Testing

@testable import PageHeapTool

struct SampleScheduleTests {
    let schedule = SampleSchedule(interval: .milliseconds(100))

    @Test func shortProgramsAreSampledOften() {
        var times: [Int64] = []
        var now = Duration.zero
        while now < .milliseconds(300) {
            now = schedule.next(after: now, cost: .zero)
            times.append(now.inNanoseconds / 1_000_000)
        }
        #expect(times == [1, 2, 4, 8, 16, 32, 64, 100, 200, 300])
    }

    @Test func delaysDoNotAddUp() {
        #expect(schedule.next(after: .milliseconds(503), cost: .milliseconds(2)) == .milliseconds(600))
        #expect(schedule.next(after: .milliseconds(600), cost: .zero) == .milliseconds(700))
    }

    @Test func costlySamplesAreSpacedOut() {
        #expect(schedule.next(after: .milliseconds(550), cost: .milliseconds(50)) == .milliseconds(1100))
        #expect(schedule.next(after: .milliseconds(5000), cost: .milliseconds(4000)) == .milliseconds(41_100))
    }
}
