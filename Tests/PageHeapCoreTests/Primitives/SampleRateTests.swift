import Foundation
import PageHeapCore
import Testing

/// Distances between samples, and what a sample stands for.
struct SampleRateTests {
    @Test func logarithmAndProbabilityAreThoseOfTheCLibrary() {
        for step in 1...2000 {
            let share = Double(step) / 2000
            for number in [share, share * 0x1p-20, share * 0x1p-53] {
                #expect(abs(SampleRate.logarithm(number) - log(number)) <= 1e-14 * max(1, abs(log(number))))
            }
            for x in [share, share * 50, share * 1e-9] {
                let expected = -expm1(-x)
                #expect(abs(SampleRate.probability(x) - expected) <= 4e-14 * expected, "\(x)")
            }
        }
        #expect(SampleRate.logarithm(1) == 0 && SampleRate.probability(0) == 0 && SampleRate.probability(1e9) == 1)
    }

    @Test(arguments: [1, 1000, 524_288, 1 << 40] as [UInt64])
    func distancesAreInTheirBoundsForAllBits(_ mean: UInt64) {
        let rate = SampleRate(meanBytes: mean)
        #expect(rate.distance(.max) == 1)
        let farthest = rate.distance(0)
        #expect(farthest > 36 * Int64(mean) && farthest <= 37 * Int64(mean) + 1)
    }

    /// The mean of 100,000 exponential distances has a standard deviation of 0.32 % of it: 3 % is nine of these.
    @Test func distancesHaveTheirMean() {
        let rate = SampleRate(meanBytes: 4096)
        var state: UInt64 = 7
        var sum = 0.0
        for _ in 0..<100_000 { sum += Double(rate.distance(SampleRate.random(&state))) }
        #expect(abs(sum / 100_000 / 4096 - 1) < 0.03)
    }

    @Test func aSampleStandsForAtLeastItsOwnBytes() {
        for mean in [1, 16, 524_288, 1 << 40] as [UInt64] {
            let rate = SampleRate(meanBytes: mean)
            for bytes in [1, 16, 4096, 1 << 20, 1 << 45, 1 << 62] as [UInt64] {
                let weight = rate.weight(of: bytes)
                #expect(weight >= bytes && weight <= max(bytes + mean, bytes + bytes / 1000), "\(mean) \(bytes)")
            }
        }
        // A small block stands for the mean and half of its own bytes: x / (1 - exp(-x)) = 1 + x / 2 + …
        let weight = SampleRate(meanBytes: 524_288).weight(of: 16)
        #expect(weight >= 524_288 && weight <= 524_298)
    }
}
