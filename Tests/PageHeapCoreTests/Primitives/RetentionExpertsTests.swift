import Foundation
import PageHeapCore
import Testing

/// The estimate of what is worth keeping, on demand curves, beside fixed windows and the optimum in hindsight.
struct RetentionExpertsTests {
    /// Seconds for which keeping costs as much as faulting in again.
    private static let breakEven = 3.6
    private static let gibibyte = Double(1 << 30)

    private func bytes(_ gibibytes: Double) -> ByteCount { ByteCount(UInt(gibibytes * Self.gibibyte)) }

    /// What a heap keeps that follows the experts: memory that was given back does not return before it is needed.
    private func kept(for demand: [Double], breakEven: Double = breakEven) -> [Double] {
        var experts = RetentionExperts()
        var before = demand[0]
        return demand.enumerated().map { place, value in
            let goal = experts.tick(
                at: 7_000_000_000 + Int64(place) * 50_000_000, peak: bytes(value), demand: bytes(value),
                breakEven: breakEven)
            before = max(value, min(before, Double(goal.rawValue) / Self.gibibyte))
            return before
        }
    }

    @Test(arguments: [1.0, 3.6, 6.5]) func theCostIsNearTheOptimumInHindsight(breakEven: Double) {
        var product = 0.0
        let curves = DemandCurves.all(seed: TestRun.seed)
        for (name, demand) in curves {
            let optimum = DemandCurves.optimum(for: demand, breakEven: breakEven)
            let cost = DemandCurves.cost(of: kept(for: demand, breakEven: breakEven), for: demand, breakEven: breakEven)
            #expect(cost / optimum < 2, "\(name)")
            product += log(cost / optimum)
        }
        #expect(exp(product / Double(curves.count)) < 1.15)
    }

    /// Each fixed window is much dearer on some curve.
    @Test func noFixedWindowDoesAsWell() {
        let curves = DemandCurves.all(seed: TestRun.seed)
        let optima = curves.map { DemandCurves.optimum(for: $0.1, breakEven: Self.breakEven) }
        func worst(_ policy: ([Double]) -> [Double]) -> Double {
            zip(curves, optima).map { curve, optimum in
                DemandCurves.cost(of: policy(curve.1), for: curve.1, breakEven: Self.breakEven) / optimum
            }.max() ?? 0
        }
        let worstOfExperts = worst { kept(for: $0) }
        for window in [0, 0.1, 0.25, 0.5, 1, 2, 4, 8] {
            let fixed = worst { DemandCurves.kept(window: window, for: $0) }
            #expect(fixed > worstOfExperts, "window of \(window) s")
        }
    }

    @Test func aSingleDropIsForgottenWithinThreeTenthsOfASecond() throws {
        let demand = Array(repeating: 1.0, count: 100) + Array(repeating: 0.1, count: 100)
        let kept = kept(for: demand)
        let place = try #require(kept.firstIndex { $0 < 0.11 })
        #expect(Double(place - 100) * 0.05 <= 0.3)
    }

    @Test func aSlowSineKeepsLittleMoreThanItNeeds() {
        let demand = DemandCurves.sine(12)
        #expect(kept(for: demand).reduce(0, +) / demand.reduce(0, +) < 1.1)
    }

    @Test func fastSwingsKeepTheirMemory() {
        let demand = DemandCurves.square(0.5)
        let kept = kept(for: demand)
        // After the first swings nothing is faulted in any more.
        let faults = demand.indices.dropFirst(400).count { demand[$0] > kept[$0 - 1] }
        #expect(faults == 0)
    }

    @Test func theEstimateSettlesWhileDemandIsConstant() {
        var experts = RetentionExperts()
        var now: Int64 = 0
        for step in 0..<400 {
            now += 50_000_000
            _ = experts.tick(
                at: now, peak: bytes(step % 10 < 5 ? 1 : 0.1), demand: bytes(step % 10 < 5 ? 1 : 0.1), breakEven: 3.6)
        }
        #expect(experts.window >= 250_000_000)
        var ticks = 0
        while !experts.isSettled || ticks == 0 {
            now += 100_000_000
            _ = experts.tick(at: now, peak: bytes(0.1), demand: bytes(0.1), breakEven: 3.6)
            ticks += 1
        }
        #expect(ticks <= 82)
    }

    /// A worker that was parked comes back after any time, to any demand; clocks may stand still or fall.
    @Test func anyTimesAndDemandsAreTaken() {
        var random = SystemRandomNumberGenerator()
        var experts = RetentionExperts()
        for now in [0, 0, -5, .max / 2, 3, .max, .min, 1] as [Int64] {
            let demand = ByteCount(UInt.random(in: 0...(.max), using: &random))
            let goal = experts.tick(at: now, peak: .maximum, demand: demand, breakEven: 1e300)
            #expect(goal.rawValue >= min(demand.rawValue, 1 << 52))
        }
    }
}

/// The break-even time, which follows the measured cost of releases.
struct RetentionPriceTests {
    private let machine = ByteCount(24 << 30)

    @Test func itIsAFewSecondsBeforeAnythingIsMeasured() {
        let seconds = RetentionPrice().breakEven(memory: machine, processors: 2)
        #expect((4...6).contains(seconds))
        #expect(RetentionPrice().breakEven(memory: 0, processors: 2) < seconds, "an unknown machine has 8 GiB each")
    }

    @Test func releasesMoveItWithinBounds() {
        var price = RetentionPrice()
        let before = price.breakEven(memory: machine, processors: 2)
        for _ in 0..<100 { price.note(released: ByteCount(64 << 20), nanoseconds: 3_000_000) }
        let cheap = price.breakEven(memory: machine, processors: 2)
        #expect(cheap < before * 0.6 && cheap > before * 0.5)
        for _ in 0..<100 { price.note(released: ByteCount(64 << 20), nanoseconds: 1_000_000_000_000) }
        #expect(price.breakEven(memory: machine, processors: 2) <= before * 4.1)
    }

    @Test func aMeasuredFaultReplacesTheGuess() {
        var price = RetentionPrice()
        #expect(!price.knowsFault)
        let before = price.breakEven(memory: machine, processors: 2)
        price.note(faultNanoseconds: 0, physicalPage: 4096)
        #expect(price.knowsFault && price.breakEven(memory: machine, processors: 2) == before)
        price.note(faultNanoseconds: 2400, physicalPage: 4096)
        #expect(price.breakEven(memory: machine, processors: 2) > before * 1.5)
        price.note(faultNanoseconds: 1e12, physicalPage: 4096)
        #expect(price.breakEven(memory: machine, processors: 2) < before * 4)
    }

    /// Whole huge pages cost some 3 ms per GiB to release: memory that needs so little to come back is soon let go.
    @Test func hugePagesAreKeptForATenthOfTheTime() {
        var price = RetentionPrice()
        price.note(faultNanoseconds: 1200, physicalPage: 4096)
        let before = price.breakEven(memory: machine, processors: 2)
        for _ in 0..<100 { price.note(released: ByteCount(64 << 20), nanoseconds: 3_400_000 / 16) }
        #expect(price.breakEven(memory: machine, processors: 2) < before / 9)
    }

    @Test func theExchangeRateIsClamped() {
        let price = RetentionPrice()
        let least = price.breakEven(memory: ByteCount(1 << 20), processors: 64)
        let most = price.breakEven(memory: ByteCount(1 << 50), processors: 1)
        #expect(price.breakEven(memory: .maximum, processors: 1) == price.breakEven(memory: 0, processors: 1))
        #expect(abs(most / least - 8) < 0.001)
    }
}
