import PageHeapCore
import Testing

/// The pacer of the background scavenger that is a controller.
struct SleepRatioPacerTests {
    @Test func theRatioStartsAtATenthOfAPercent() {
        let pacer = SleepRatioPacer()
        #expect(pacer.sleepTime(worked: SleepRatioPacer.counted(0)) == 1_000_000_000)
        #expect(pacer.sleepTime(worked: SleepRatioPacer.counted(2e6)) == 2_000_000_000)
    }

    @Test(arguments: [1, 2, 8] as [UInt])
    func theWorkSettlesAtOnePercentOfTheMachine(processors: UInt) {
        var pacer = SleepRatioPacer()
        var (worked, slept) = (0.0, 0.0)
        for round in 0..<4000 {
            let work = SleepRatioPacer.counted(1.5e6)
            let sleep = pacer.sleepTime(worked: work)
            pacer.endRound(worked: work, slept: sleep, processors: Double(processors))
            if round >= 2000 {
                worked += work
                slept += Double(sleep)
            }
        }
        let share = worked / ((worked + slept) * Double(processors))
        #expect(abs(share - 0.01) < 0.001)
    }

    @Test func anOverflowRestoresTheStartRatioForFiveSeconds() {
        var pacer = SleepRatioPacer()
        pacer.endRound(worked: 1e6, slept: -1_000_000, processors: 1)
        #expect(pacer.sleepRatio == 0.001 && pacer.cooldown == 5_000_000_000)
        pacer.endRound(worked: 1e6, slept: 1_999_000_000, processors: 1)
        #expect(pacer.cooldown == 3_000_000_000)
        pacer.endRound(worked: 1e6, slept: 4_000_000_000, processors: 1)
        #expect(pacer.cooldown == 0)
        let resets = [pacer.takeReset(), pacer.takeReset()]
        #expect(resets == [true, false])
    }

    @Test func aSuspendedMachineDoesNotOverflow() {
        #expect(SleepRatioPacer().sleepTime(worked: 1e300) == .max)
    }
}
