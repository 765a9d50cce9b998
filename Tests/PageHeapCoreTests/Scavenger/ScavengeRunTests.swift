import PageHeapCore
import Testing

/// Stretches of background work.
@Suite("Background work")
struct ScavengeRunTests {
    /// Works until a quantum or `stop` ends it.
    private func perform(
        stop: Bool = false, _ quantum: (ByteCount) -> (released: ByteCount, nanoseconds: Int64)
    ) -> ScavengeRun {
        ScavengeRun.perform(physicalPage: 4096, shouldStop: { stop }, quantum: quantum)
    }

    @Test func anExhaustedHeapAndAStandingClockEnd() {
        var quanta = 0
        let run = perform { _ in
            quanta += 1
            return (0, 0)
        }
        #expect(quanta == 1 && run.isExhausted && run.released == 0 && run.worked == 0)
    }

    @Test func aStandingClockCountsTenMicrosecondsAPhysicalPage() {
        var quanta = 0
        let run = perform { asked in
            quanta += 1
            return (asked, -5)
        }
        #expect(quanta == 7 && run.worked == 1_120_000 && !run.isExhausted)
        #expect(run.released == ByteCount(7 * 65536))
    }

    @Test func asksBeforeItWorks() {
        let run = perform(stop: true) { _ in
            Issue.record("worked, though the goals are met")
            return (0, 1)
        }
        #expect(run.released == 0 && !run.isExhausted)
    }

    @Test func aShortQuantumIsCountedAndEndsTheRun() {
        var answers: [ByteCount] = [65536, 8192]
        let run = perform { _ in (answers.removeFirst(), 1000) }
        #expect(run.released == 73728 && run.worked == 2000 && run.isExhausted)
    }

    @Test func oneMillisecondIsAStretch() {
        var quanta = 0
        _ = perform { asked in
            quanta += 1
            return (asked, 400_000)
        }
        #expect(quanta == 3)
    }
}
