/// What a heap without a garbage collector will need again soon: the stand-in for a collector's heap goal.
///
/// The highest of three:
///
/// 1. the peak of the last few cycles, so that a spike is forgotten within seconds;
/// 2. what a period that the load has brings within the horizon (``PeriodPredictor``);
/// 3. the peak of load that swings in short low phases (``SwingMemory``).
///
/// What is given back and needed again within the horizon costs more than it saves; what is not needed until later goes. A
/// missed rise silences both patterns: load that ends in a high phase lets its memory go within two cycles. Load that ends
/// where the pattern says 'low' looks like load that goes on: what the pattern wants within the horizon goes up to three
/// cycles (five where the period is no whole number of them) after the first rise that was due and did not come. No
/// estimate that knows only the past can be much sooner.
///
/// Driven by one call a cycle (a second), with the time of it: while the worker is parked there are none, and what lay
/// between counts as cycles of the same demand, so that a period has the same length whether somebody looked or not.
package struct DemandEstimator: Sendable {
    private var history = DemandHistory()
    private var predictor = PeriodPredictor()
    private var grid: CycleGrid
    /// Bytes in use when the last cycle ended.
    private var held: ByteCount = 0
    /// Cycles that a spike is remembered.
    private let spikeCycles: Int
    /// Cycles within which what is needed again is kept.
    private let horizonCycles: Int

    /// Whether the estimate stays as it is if nothing happens any more: otherwise cycles must go on.
    package private(set) var isSettled = true

    /// - Parameters:
    ///   - spikeCycles: cycles that a spike is remembered, 1 to 128.
    ///   - horizonCycles: cycles within which what is needed again is kept, 1 to 128.
    ///   - cycleNanoseconds: the length of a cycle.
    package init(
        spikeCycles: Int = Tunables.spikeCycles, horizonCycles: Int = Tunables.horizonCycles,
        cycleNanoseconds: Int64 = Tunables.cycleNanoseconds
    ) {
        self.spikeCycles = min(max(spikeCycles, 1), DemandHistory.capacity)
        self.horizonCycles = min(max(horizonCycles, 1), DemandHistory.capacity)
        grid = CycleGrid(cycleNanoseconds: cycleNanoseconds)
    }

    /// Ends a cycle.
    ///
    /// - Parameters:
    ///   - now: the monotonic time, in nanoseconds. One that stands still or falls counts as one cycle.
    ///   - peak: the highest number of bytes in use since the last call.
    ///   - demand: the bytes in use now; what cycles are taken to need until the next call, as long as nothing rises.
    ///   - risenAt: when bytes in use first rose well above what they were at the last call; nothing where they did not.
    /// - Returns: the bytes that will be needed again soon.
    /// - Complexity: about 2,500 steps.
    package mutating func endCycle(
        at now: Int64, peak: ByteCount, demand: ByteCount, risenAt: Int64? = nil
    ) -> ByteCount {
        var quiet = Int.max
        if let risenAt { quiet = grid.cycles(until: risenAt) }
        let count = grid.advance(to: now)
        // The last cycle holds the peak in any case.
        let high = quiet < count ? count - quiet : 1
        record(held, count - high)
        record(peak, high)
        held = demand
        let expected = expected()
        isSettled = expected <= demand
        return max(peak, expected)
    }

    /// Notes cycles of the same demand.
    private mutating func record(_ bytes: ByteCount, _ count: Int) {
        var predictor = predictor
        for _ in 0..<min(count, DemandHistory.capacity) {
            history.record(bytes)
            history.withPeaks { predictor.check($0) }
        }
        self.predictor = predictor
    }

    /// What the past says of the future.
    private mutating func expected() -> ByteCount {
        var predictor = predictor
        let spike = spikeCycles
        let horizon = horizonCycles
        let bytes = history.withPeaks { peaks in
            let middle = peaks.middle
            predictor.search(peaks, middle: middle)
            let recent = max(peaks.highest(0..<spike), predictor.expected(peaks, within: horizon))
            if predictor.isBroken { return recent }
            return max(recent, SwingMemory.expected(peaks, middle: middle, longestLow: horizon))
        }
        self.predictor = predictor
        return ByteCount(bytes)
    }
}
