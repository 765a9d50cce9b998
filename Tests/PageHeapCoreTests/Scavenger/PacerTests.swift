import PageHeapCore
import Testing

/// The interface that the pacers share.
struct PacerTests {
    /// Runs a worker without a heap, whose quanta release `quanta`, and which sleeps exactly as long as it is told.
    /// Returns the sleeps, with nil for a park.
    private func sleeps(
        _ pacer: inout Pacer, quanta: [ByteCount], nanoseconds: Int64 = 20_000, asked: (ByteCount) -> Void = { _ in }
    ) -> [Int64?] {
        var left = quanta[...]
        var sleeps: [Int64?] = []
        while !left.isEmpty {
            let run = ScavengeRun.perform(
                physicalPage: 4096, quantumBytes: pacer.quantum(overage: 1_048_576, physicalPage: 4096),
                isOneQuantum: pacer.worksOneQuantum, shouldStop: { left.isEmpty },
                quantum: {
                    asked($0)
                    return (left.removeFirst(), nanoseconds)
                })
            guard run.released > 0 else {
                sleeps.append(nil)
                continue
            }
            let worked = pacer.counted(run.worked)
            let sleep = pacer.sleepTime(worked: worked)
            sleeps.append(sleep)
            pacer.endRound(worked: worked, slept: sleep, processors: 4)
        }
        return sleeps
    }

    @Test func theBudgetIsTheDefault() {
        guard case .budget(let pacer) = Pacer() else {
            Issue.record("not a budget")
            return
        }
        #expect(pacer.share == 0.01)
    }

    @Test func theControllerBeginsWithAThousandth() {
        guard case .controller(let pacer) = Pacer(.controller) else {
            Issue.record("not the controller")
            return
        }
        #expect(pacer.share == 0.01 && pacer.sleepRatio == 0.001)
    }

    @Test func bothPacersTakeTheShare() {
        guard case .controller(let first) = Pacer(.controller, share: 0.02),
            case .movingAverage(let second) = Pacer(.movingAverage, share: 0.03)
        else {
            Issue.record("not what was asked for")
            return
        }
        #expect(first.share == 0.02 && second.share == 0.03 && second.average == 0.03)
    }

    @Test func theControllerSettlesAtItsShare() {
        var pacer = Pacer(.controller, share: 0.05)
        var (worked, slept) = (0.0, 0.0)
        for round in 0..<4000 {
            let work = pacer.counted(1.5e6)
            let sleep = pacer.sleepTime(worked: work)
            pacer.endRound(worked: work, slept: sleep, processors: 2)
            if round >= 2000 {
                worked += work
                slept += Double(sleep)
            }
        }
        #expect(abs(worked / ((worked + slept) * 2) - 0.05) < 0.005)
    }

    @Test func bothPacersBehaveAsTheyDoAlone() {
        var (controller, average) = (Pacer(.controller), Pacer(.movingAverage))
        var (ratio, moving) = (SleepRatioPacer(), AveragePacer())
        for slept in [1_000_000_000, 300_000_000, 0, 900_000_000, 7_000_000_000] as [Int64] {
            #expect(controller.sleepTime(worked: 2e6) == ratio.sleepTime(worked: 2e6))
            controller.endRound(worked: 2e6, slept: slept, processors: 2)
            ratio.endRound(worked: 2e6, slept: slept, processors: 2)
            #expect(average.sleepTime(worked: 2e6) == moving.sleepTime(worked: 2e6))
            average.endRound(worked: 2e6, slept: slept, processors: 2)
            moving.endRound(worked: 2e6, slept: slept)
        }
        #expect(controller.counted(5) == SleepRatioPacer.counted(5) && average.counted(5) == AveragePacer.counted(5))
        // The rounds have moved both.
        #expect(ratio.sleepRatio != 0.001 && moving.average != 0.01)
    }

    @Test func onlyTheControllerIsReset() {
        var (controller, average) = (Pacer(.controller), Pacer(.movingAverage))
        controller.endRound(worked: 1e6, slept: -1_000_000, processors: 1)
        average.endRound(worked: 1e6, slept: -1_000_000, processors: 1)
        let resets = [controller.takeReset(), controller.takeReset(), average.takeReset()]
        #expect(resets == [true, false, false])
    }

    @Test func theOlderPacerSleepsAfterEachPhysicalPage() {
        var pacer = Pacer(.movingAverage)
        var asked: [ByteCount] = []
        // Alignment or huge pages may enlarge what is released: that neither changes what is asked for nor ends the
        // run.
        _ = sleeps(&pacer, quanta: [4096, 8192, 2_097_152]) { asked.append($0) }
        #expect(asked == [4096, 4096, 4096])
        #expect(pacer.quantum(overage: .maximum, physicalPage: 16384) == 16384)

        var other = Pacer(.controller)
        asked = []
        let sleeps = sleeps(&other, quanta: [65536, 65536, 65536]) { asked.append($0) }
        #expect(asked == [65536, 65536, 65536] && sleeps.count == 1)
        #expect(other.quantum(overage: 1_073_741_824, physicalPage: 4096) == 1_048_576)
    }

    @Test func theAverageSurvivesParking() {
        var (parked, steady) = (Pacer(.movingAverage), Pacer(.movingAverage))
        // A round without sleep moves the average off its start.
        for _ in 0..<2 {
            parked.endRound(worked: 1000, slept: 0, processors: 4)
            steady.endRound(worked: 1000, slept: 0, processors: 4)
        }
        // 0 is a quantum that found nothing: the worker parks.
        let withParking = sleeps(&parked, quanta: [4096, 0, 0, 4096, 0, 4096])
        let without = sleeps(&steady, quanta: [4096, 4096, 4096])
        #expect(withParking == [without[0], nil, nil, without[1], nil, without[2]])
        #expect(without[0] != AveragePacer().sleepTime(worked: AveragePacer.counted(20_000)))
    }
}
