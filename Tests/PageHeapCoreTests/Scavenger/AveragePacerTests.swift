import PageHeapCore
import Testing

/// The older pacer of the background scavenger.
struct AveragePacerTests {
    /// One wake, worked out by hand: sleep = critical / 0.01 × average / 0.01, the average from the wake before;
    /// then used = critical / (critical + slept), not below 0.001, and average = (used + average) / 2.
    struct Wake {
        let critical: Double
        let sleep: Int64
        let slept: Int64
        let average: Double
    }

    /// Plays wakes on a pacer.
    private func play(_ wakes: [Wake], on pacer: inout AveragePacer, sourceLocation: SourceLocation = #_sourceLocation)
    {
        for (number, wake) in wakes.enumerated() {
            let sleep = pacer.sleepTime(worked: wake.critical)
            // A product just below a whole nanosecond is cut off.
            #expect(abs(sleep - wake.sleep) <= 1, "wake \(number): \(sleep)", sourceLocation: sourceLocation)
            pacer.endRound(worked: wake.critical, slept: wake.slept)
            #expect(
                abs(pacer.average - wake.average) < 1e-15, "wake \(number): \(pacer.average)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func theAverageBeginsAtTheShare() {
        #expect(AveragePacer().average == 0.01 && AveragePacer().sleepTime(worked: 10_000) == 1_000_000)
        #expect(AveragePacer(share: 0.05).average == 0.05)
    }

    @Test func sleepsAndAveragesMatchValuesWorkedOutByHand() {
        var pacer = AveragePacer()
        play(
            [
                // Exact sleep: 20 µs of 2 ms.
                Wake(critical: 20_000, sleep: 2_000_000, slept: 1_980_000, average: 0.01),
                // Woken early: a fifth was used.
                Wake(critical: 50_000, sleep: 5_000_000, slept: 200_000, average: 0.105),
                Wake(critical: 10_000, sleep: 10_500_000, slept: 990_000, average: 0.0575),
                Wake(critical: 100_000, sleep: 57_500_000, slept: 9_900_000, average: 0.03375),
                // Overslept by far: 1e7 / 1e13 counts as a thousandth.
                Wake(critical: 10_000_000, sleep: 3_375_000_000, slept: 10_000_000_000_000, average: 0.017375),
                // Overslept by less: 0.002, above the floor.
                Wake(critical: 2000, sleep: 347_500, slept: 998_000, average: 0.0096875),
            ], on: &pacer)
    }

    @Test func aThousandthIsTheFloor() {
        var pacer = AveragePacer()
        play(
            [
                Wake(critical: 4000, sleep: 400_000, slept: .max, average: 0.0055),
                Wake(critical: 4000, sleep: 220_000, slept: .max, average: 0.00325),
                Wake(critical: 4000, sleep: 130_000, slept: 1_000_000_000, average: 0.002125),
            ], on: &pacer)
        for _ in 0..<100 { pacer.endRound(worked: 4000, slept: .max) }
        #expect(abs(pacer.average - 0.001) < 1e-15)
        #expect(abs(pacer.sleepTime(worked: 4000) - 40_000) <= 1)
    }

    @Test func otherSharesMatchValuesWorkedOutByHand() {
        var pacer = AveragePacer(share: 0.05)
        play(
            [
                Wake(critical: 20_000, sleep: 400_000, slept: 380_000, average: 0.05),
                Wake(critical: 20_000, sleep: 400_000, slept: 60_000, average: 0.15),
                Wake(critical: 20_000, sleep: 1_200_000, slept: 1_980_000, average: 0.08),
            ], on: &pacer)
    }

    @Test func theCostOfReuseIsAddedBeforeTheLimitOfTenMilliseconds() {
        #expect(AveragePacer.counted(0) == 0 && AveragePacer.counted(700, reuseCostRatio: 0) == 700)
        #expect(AveragePacer.counted(4_000_000, reuseCostRatio: 0.5) == 6_000_000)
        // 9 ms and half as much again are more than the limit; a limit before the cost would give 13.5.
        #expect(AveragePacer.counted(9_000_000, reuseCostRatio: 0.5) == 1e7)
        #expect(AveragePacer.counted(1e7, reuseCostRatio: 0.5) == 1e7)
        #expect(AveragePacer.counted(9_999_999, reuseCostRatio: 0) == 9_999_999)
        #expect(AveragePacer.counted(700) == 700 * (1 + ReleaseCosts.reuseRatio))
        for long in [1e7, 10_000_001, 6e13, 1e300, .infinity] { #expect(AveragePacer.counted(long) == 1e7) }
        // With the limit, a suspended machine asks for a second.
        #expect(AveragePacer().sleepTime(worked: AveragePacer.counted(6e13)) == 1_000_000_000)
    }

    @Test func thereIsNoLeastWork() {
        // The controller counts a microsecond as a millisecond; here it counts as it is.
        #expect(AveragePacer.counted(1000) < SleepRatioPacer.counted(1000))
        #expect(AveragePacer().sleepTime(worked: 1000) == 100_000)
    }

    @Test(arguments: [(0.01, 0.009950125), (0.05, 0.04876562)])
    func theAverageSettlesAtTheShareOfOneProcessor(share: Double, expected: Double) {
        // With exact sleeps, average = 1 / (1 + average / share²): a little less than the share.
        var pacer = AveragePacer(share: share)
        pacer.endRound(worked: 1e6, slept: 0)
        var (worked, slept) = (0.0, 0.0)
        for round in 0..<200 {
            let sleep = pacer.sleepTime(worked: 1e6)
            pacer.endRound(worked: 1e6, slept: sleep)
            if round >= 100 {
                worked += 1e6
                slept += Double(sleep)
            }
        }
        #expect(abs(worked / (worked + slept) - expected) < 1e-7)
    }

    @Test func clocksThatStandStillOrGoBackDoNoHarm() {
        var pacer = AveragePacer()
        // A round without any time does not change the average.
        pacer.endRound(worked: 0, slept: 0)
        pacer.endRound(worked: 0, slept: -1)
        #expect(pacer.average == 0.01)
        // No sleep: all of the round was work.
        pacer.endRound(worked: 1000, slept: 0)
        #expect(abs(pacer.average - 0.505) < 1e-15)
        // The clock is set back by exactly the work, by more, and as far as possible.
        for slept in [-1000, -5000, .min] as [Int64] { pacer.endRound(worked: 1000, slept: slept) }
        #expect(abs(pacer.average - 0.938125) < 1e-15)
        #expect(AveragePacer.counted(-5) == 0 && AveragePacer.counted(-.infinity) == 0)
        // A value that is no number counts as the longest work.
        #expect(AveragePacer.counted(.nan) == 1e7)
        #expect(AveragePacer().sleepTime(worked: .nan) == .max && AveragePacer().sleepTime(worked: 1e300) == .max)
    }
}
