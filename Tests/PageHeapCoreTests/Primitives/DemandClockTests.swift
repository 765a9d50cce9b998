import PageHeapCore
import Testing

/// Cycles and the clock: the time between two calls counts in full.
struct DemandClockTests {
    private static let second: Int64 = 1_000_000_000

    /// The estimates in the third period of a square wave: 30 s low, 30 s high.
    ///
    /// - Parameter isParked: whether cycles end only while the worker would be awake: at a drop and twice after it.
    private func thirdPeriod(isParked: Bool, knowsRise: Bool = true) -> [UInt] {
        var estimator = DemandEstimator()
        var estimates: [UInt] = []
        var risenAt: Int64?
        for tick in 0...180 {
            let isHigh = tick % 60 >= 30
            if tick % 60 == 30 { risenAt = Int64(tick) * Self.second + 300_000_000 }
            let isDrop = tick % 60 == 0 && tick > 0
            let isAwake = tick % 60 < 3
            guard !isParked || isAwake else { continue }
            let now = Int64(tick) * Self.second + 400_000_000
            let estimate = estimator.endCycle(
                at: now, peak: isHigh || isDrop ? 100 : 10, demand: isHigh ? 100 : 10,
                risenAt: knowsRise ? risenAt : nil)
            risenAt = nil
            if tick >= 120 && isAwake { estimates.append(estimate.rawValue) }
        }
        return estimates
    }

    @Test func aPeriodIsTheSameWhetherOrNotTheWorkerIsParked() {
        #expect(thirdPeriod(isParked: false) == [100, 10, 10, 100])
        #expect(thirdPeriod(isParked: true) == [100, 10, 10, 100])
    }

    @Test func parkedTimeCountsAsCyclesOfTheSameDemand() {
        // Low for 20 s, high for 4 s. The parked estimator is not called from the third second of the low phase to the
        // end of the high one.
        var watched = DemandEstimator()
        var parked = DemandEstimator()
        for period in 0..<5 {
            for tick in 0..<24 {
                let now = Int64(period * 24 + tick) * Self.second
                let high = tick >= 20
                let seen = watched.endCycle(at: now, peak: high ? 100 : 10, demand: high && tick < 23 ? 100 : 10)
                guard tick < 2 || tick == 23 else { continue }
                let risen = tick == 23 ? now - 4 * Self.second + 500_000_000 : nil
                let estimate = parked.endCycle(at: now, peak: high ? 100 : 10, demand: 10, risenAt: risen)
                if period > 2 { #expect(estimate == seen, "period \(period), second \(tick)") }
            }
        }
    }

    @Test func aRiseWithoutATimeCountsAsLate() {
        var estimator = DemandEstimator(spikeCycles: 8)
        _ = estimator.endCycle(at: 0, peak: 10, demand: 10)
        _ = estimator.endCycle(at: 20 * Self.second, peak: 100, demand: 10)
        // The rise counts as in the last cycle of the gap: it is remembered for seven more cycles, and then no longer.
        for tick in 21...27 as ClosedRange<Int64> {
            #expect(estimator.endCycle(at: tick * Self.second, peak: 10, demand: 10) == 100)
        }
        #expect(estimator.endCycle(at: 28 * Self.second, peak: 10, demand: 10) == 10)
    }

    @Test func gapsAreBounded() {
        var estimator = DemandEstimator()
        _ = estimator.endCycle(at: 0, peak: 100, demand: 50)
        #expect(estimator.endCycle(at: .max / 2, peak: 60, demand: 20, risenAt: .max / 2) == 60)
        #expect(estimator.endCycle(at: .max, peak: 20, demand: 20) == 20)
        #expect(estimator.isSettled)
    }

    @Test(
        arguments: [
            { _ in 0 }, { -Int64($0) * second }, { _ in .min }, { _ in .max }, { $0 % 2 == 0 ? .min : .max },
            { Int64($0 % 7) * second }, { Int64($0) * 1000 }, { $0 == 50 ? .max : Int64($0) * second },
        ] as [@Sendable (Int) -> Int64])
    func clocksThatStandStillRunBackwardsOrLeapDoNoHarm(_ clock: @escaping @Sendable (Int) -> Int64) {
        for rise in [{ _ in nil }, clock, { 0 - clock($0) / 2 }, { _ in .min }, { _ in .max }] as [(Int) -> Int64?] {
            var estimator = DemandEstimator()
            for cycle in 0..<300 {
                let peak = ByteCount(UInt(cycle * cycle % 977))
                let estimate = estimator.endCycle(at: clock(cycle), peak: peak, demand: peak, risenAt: rise(cycle))
                #expect(estimate >= peak && estimate.rawValue < 977)
            }
            // Whatever was recorded is forgotten once nothing happens any more.
            for cycle in 300..<600 { _ = estimator.endCycle(at: clock(cycle), peak: 5, demand: 5) }
            #expect(estimator.endCycle(at: clock(600), peak: 5, demand: 5) == 5)
            #expect(estimator.isSettled)
        }
    }

    @Test func theGridDoesNotDrift() {
        var grid = CycleGrid(cycleNanoseconds: 1000)
        #expect(grid.advance(to: 500) == 1, "the first call begins the grid")
        var cycles = 0
        // Each step is a little longer than a cycle, as a sleeping thread wakes late.
        for call in 1...1000 as ClosedRange<Int64> { cycles += grid.advance(to: 500 + call * 1030) }
        #expect(cycles == 1030)
        #expect(grid.cycles(until: 0) == 0)
        #expect(grid.advance(to: 0) == 1)
        #expect(grid.advance(to: 5499) == 5)
        #expect(grid.cycles(until: 6999) == 1)
        #expect(grid.cycles(until: 7000) == 2)
    }

    @Test func largestValuesDoNotOverflow() {
        var estimator = DemandEstimator()
        for cycle in 0..<300 {
            let peak = cycle % 10 < 5 ? ByteCount.maximum : 0
            #expect(estimator.endCycle(at: Int64(cycle) * Self.second, peak: peak, demand: peak) >= peak)
        }
    }

    @Test func aDropInTheCycleThatEndsIsNotSettled() {
        var estimator = DemandEstimator()
        _ = estimator.endCycle(at: 0, peak: 100, demand: 10)
        #expect(!estimator.isSettled)
        _ = estimator.endCycle(at: Self.second, peak: 10, demand: 10)
        #expect(estimator.isSettled)
    }
}
