import PageHeapCore
import Testing

/// Stretches of background work.
struct ScavengeRunTests {
    /// Works until a quantum or `stop` ends it.
    private func perform(
        stop: Bool = false, _ quantum: (ByteCount) -> (released: ByteCount, nanoseconds: Int64)
    ) -> ScavengeRun {
        ScavengeRun.perform(physicalPage: 4096, shouldStop: { stop }, quantum: quantum)
    }

    @Test func anExhaustedHeapEndsTheRunThoughTheClockStandsStill() {
        var quanta = 0
        let run = perform { _ in
            quanta += 1
            return (0, 0)
        }
        #expect(quanta == 1 && run.isExhausted && run.released == 0 && run.worked == 0)
    }

    @Test func aStandingClockCountsTenMicrosecondsPerPhysicalPage() {
        var quanta = 0
        let run = perform { asked in
            quanta += 1
            return (asked, -5)
        }
        #expect(quanta == 7 && run.worked == 1_120_000 && !run.isExhausted)
        #expect(run.released == ByteCount(7 * 65536))
    }

    @Test func theRunChecksItsGoalsBeforeItWorks() {
        let run = perform(stop: true) { _ in
            Issue.record("worked, though the goals are met")
            return (0, 1)
        }
        #expect(run.released == 0 && !run.isExhausted)
    }

    @Test func aShortQuantumIsCountedAndEndsTheRun() {
        var results: [ByteCount] = [65536, 8192]
        let run = perform { _ in (results.removeFirst(), 1000) }
        #expect(run.released == 73728 && run.worked == 2000 && run.isExhausted)
    }

    @Test func aRunEndsAfterAMillisecondOfWork() {
        var quanta = 0
        _ = perform { asked in
            quanta += 1
            return (asked, 400_000)
        }
        #expect(quanta == 3)
    }

    @Test(
        arguments: [
            (0, 64), (1, 64), (16 << 20, 64), (16 << 20 + 1, 256), (256 << 20, 256), (256 << 20 + 1, 1024),
            (.max, 1024),
        ] as [(UInt, UInt)])
    func theFartherTheGoalTheLargerTheQuantum(overage: UInt, kibibytes: UInt) {
        #expect(ScavengeRun.quantum(overage: ByteCount(overage)) == ByteCount(kibibytes * 1024))
    }

    @Test(arguments: [4096, 65536, 262_144, 1_048_576] as [ByteCount])
    func lessThanAskedEndsTheRunWhateverTheQuantum(_ size: ByteCount) {
        var asked: [ByteCount] = []
        var results: [ByteCount] = [size, size * 3, size - 1]
        let run = ScavengeRun.perform(
            physicalPage: 2048, quantumBytes: size, shouldStop: { false },
            quantum: {
                asked.append($0)
                return (results.removeFirst(), 1000)
            })
        #expect(asked == [size, size, size] && results.isEmpty)
        #expect(run.isExhausted && run.released == size * 5 - 1 && run.worked == 3000)
    }

    @Test(arguments: [4096, 65536, 262_144, 1_048_576] as [ByteCount])
    func anExhaustedHeapEndsTheRunWhateverTheQuantum(_ size: ByteCount) {
        for isOneQuantum in [false, true] {
            var quanta = 0
            let run = ScavengeRun.perform(
                physicalPage: 4096, quantumBytes: size, isOneQuantum: isOneQuantum, shouldStop: { false },
                quantum: { _ in
                    quanta += 1
                    return (0, 0)
                })
            #expect(quanta == 1 && run.isExhausted && run.released == 0)
        }
    }

    @Test(arguments: [(4096, 10_000), (1_048_576, 2_560_000)] as [(ByteCount, Double)])
    func aStandingClockCountsPagesOfOneQuantum(size: ByteCount, nanoseconds: Double) {
        let run = ScavengeRun.perform(
            physicalPage: 4096, quantumBytes: size, isOneQuantum: true, shouldStop: { false }, quantum: { ($0, 0) })
        #expect(run.released == size && run.worked == nanoseconds && !run.isExhausted)
    }

    @Test func aRunCanBeLimitedToOneQuantum() {
        var quanta = 0
        let run = ScavengeRun.perform(
            physicalPage: 4096, quantumBytes: 4096, isOneQuantum: true, shouldStop: { false },
            quantum: {
                quanta += 1
                return ($0 * 2, 3)
            })
        #expect(quanta == 1 && run.released == 8192 && run.worked == 3 && !run.isExhausted)
        let stopped = ScavengeRun.perform(
            physicalPage: 4096, quantumBytes: 4096, isOneQuantum: true, shouldStop: { true },
            quantum: { _ in
                Issue.record("worked, though the goals are met")
                return (0, 1)
            })
        #expect(stopped.released == 0 && !stopped.isExhausted)
    }

    @Test func aShortQuantumWithMoreToSearchDoesNotEndTheRun() {
        var results: [ByteCount] = [0, 8192, 0, 4096]
        let run = ScavengeRun.perform(
            physicalPage: 4096, shouldStop: { false }, hasMore: { results.count > 1 },
            quantum: { _ in (results.removeFirst(), 10) })
        #expect(results == [4096])
        #expect(run.released == 8192 && run.worked == 30 && run.isExhausted)
    }
}
