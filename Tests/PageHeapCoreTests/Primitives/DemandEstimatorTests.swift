import PageHeapCore
import Testing

/// The estimate of what will be needed again, on recorded curves of bytes in use, with one value per cycle.
struct DemandEstimatorTests {
    private func estimates(_ curve: [UInt]) -> [UInt] {
        var estimator = DemandEstimator(spikeCycles: 2)
        return curve.map { estimator.endCycle(at: 0, peak: ByteCount($0), demand: ByteCount($0)).rawValue }
    }

    private func repeated(_ period: [UInt], _ times: Int) -> [UInt] { (0..<times).flatMap { _ in period } }

    @Test func aBurstIsForgottenWithinSeconds() {
        let curve: [UInt] = Array(repeating: 10, count: 20) + [100] + Array(repeating: 10, count: 10)
        let expected: [UInt] = Array(repeating: 10, count: 20) + [100, 100] + Array(repeating: 10, count: 9)
        #expect(estimates(curve) == expected)
    }

    @Test func aSlowLeakIsFollowed() {
        let curve = (1...300).map { UInt($0) * 10 }
        #expect(estimates(curve) == curve)
    }

    @Test func aDropToZeroReleasesEverything() {
        let curve: [UInt] = Array(repeating: 500, count: 200) + Array(repeating: 0, count: 10)
        #expect(estimates(curve).suffix(9) == Array(repeating: 0, count: 9))
    }

    @Test func swingingLoadIsKeptThroughItsLowPhase() {
        let period: [UInt] = Array(repeating: 10, count: 6) + Array(repeating: 100, count: 4)
        // The swing is known from the second period on.
        #expect(estimates(repeated(period, 8)).dropFirst(18).allSatisfy { $0 == 100 })
    }

    @Test func aSawToothIsKeptWhileItRises() {
        let period = (1...20).map { UInt($0) * 5 }
        let curve = repeated(period, 6)
        #expect(estimates(curve).dropFirst(40).allSatisfy { $0 == 100 })
    }

    @Test func aSineIsKeptThroughout() {
        let period: [UInt] = [100, 129, 157, 180, 195, 200, 195, 180, 157, 129, 100, 71, 43, 20, 5, 0, 5, 20, 43, 71]
        let curve = repeated(period, 6)
        #expect(estimates(curve).dropFirst(50).allSatisfy { $0 == 200 })
    }

    @Test func swingingThatEndsIsForgotten() {
        let period: [UInt] = Array(repeating: 10, count: 6) + Array(repeating: 100, count: 4)
        let after = estimates(repeated(period, 8) + Array(repeating: 10, count: 200)).suffix(200)
        // The rise that was due is missed in the seventh cycle, and certain to be missed in the eighth.
        #expect(after.prefix(7).allSatisfy { $0 == 100 })
        #expect(after.dropFirst(7).allSatisfy { $0 == 10 })
    }

    @Test func swingingThatEndsInAHighPhaseIsForgottenAtOnce() {
        let period: [UInt] = Array(repeating: 10, count: 6) + Array(repeating: 100, count: 4)
        let curve = repeated(period, 8) + Array(repeating: 10, count: 6) + [100] + Array(repeating: 10, count: 100)
        #expect(estimates(curve).suffix(100).prefix(3) == [100, 10, 10])
        #expect(estimates(curve).suffix(98).allSatisfy { $0 == 10 })
    }

    @Test func aLongPeriodIsReleasedInItsLowPhaseAndKeptBeforeItRises() {
        let period: [UInt] = Array(repeating: 10, count: 30) + Array(repeating: 100, count: 30)
        let third = estimates(repeated(period, 3)).suffix(60)
        // The spike is remembered for one cycle; then nothing is kept until the rise is eleven cycles away.
        let expected: [UInt] = [10] + Array(repeating: 10, count: 18) + Array(repeating: 100, count: 41)
        #expect(Array(third) == expected || Array(third) == [100] + expected.dropFirst())
    }

    @Test func loneBurstsAreNoPeriod() {
        for length in 1...3 {
            for distance in 12...60 {
                let quiet: [UInt] = Array(repeating: 10, count: distance)
                let curve = quiet + Array(repeating: 100, count: length) + quiet
                #expect(estimates(curve).suffix(distance - 1).allSatisfy { $0 == 10 }, "\(length), \(distance)")
            }
        }
    }

    @Test func swingingThatEndsHighButLowerIsForgotten() {
        let period: [UInt] = Array(repeating: 10, count: 6) + Array(repeating: 100, count: 4)
        let after = estimates(repeated(period, 8) + Array(repeating: 10, count: 6) + Array(repeating: 60, count: 100))
        #expect(after.suffix(80).allSatisfy { $0 == 60 })
    }

    @Test func theEstimateIsNeverBelowTheLastPeak() {
        var curve: [UInt] = []
        for number in 0..<500 { curve.append(UInt(number * number % 977)) }
        #expect(zip(estimates(curve), curve).allSatisfy { $0 >= $1 })
    }

    @Test func theEstimateSettlesOnceNothingHappens() {
        var estimator = DemandEstimator(spikeCycles: 2)
        #expect(estimator.isSettled)
        for peak in repeated([10, 10, 10, 100, 100], 5) {
            _ = estimator.endCycle(at: 0, peak: ByteCount(peak), demand: ByteCount(peak))
        }
        var cycles = 0
        while cycles == 0 || !estimator.isSettled {
            _ = estimator.endCycle(at: 0, peak: 0, demand: 0)
            cycles += 1
        }
        #expect(cycles <= 6)
        #expect(estimator.endCycle(at: 0, peak: 0, demand: 0) == 0)
    }
}
