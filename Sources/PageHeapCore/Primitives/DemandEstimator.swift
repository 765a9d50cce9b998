/// Estimates the memory that a heap without a garbage collector will need again soon: the substitute for a collector's
/// heap goal.
///
/// The estimate is the highest of three:
///
/// 1. the peak of the last few cycles, so that a spike is forgotten within seconds;
/// 2. what a detected period predicts within the horizon (``PeriodPredictor``);
/// 3. the peak of load that swings with short low phases (``SwingMemory``).
///
/// Memory that is needed again within the horizon costs more to release than it saves; memory that is needed later is
/// released. A missed rise silences both patterns, so load that ends in a high phase lets its memory go within two
/// cycles. Load that ends where the pattern expects a low phase cannot be told from continuing load: the memory that
/// the pattern predicts within the horizon is released up to three cycles (five if the period is no whole number of
/// cycles) after the first predicted rise that does not come. No estimate that knows only the past can be much sooner.
///
/// The worker makes one call per cycle (a second). While it is parked there are no calls; the time between counts as
/// cycles of constant demand, so that a period has the same length whether the worker was parked or not.
package struct DemandEstimator: Sendable {
    private var history = DemandHistory()
    private var predictor = PeriodPredictor()
    private var grid: CycleGrid
    /// Bytes in use at the end of the last cycle.
    private var held: ByteCount = 0
    /// The number of cycles for which a spike is remembered.
    private let spikeCycles: Int
    /// The number of cycles ahead within which memory that is needed again is kept.
    private let horizonCycles: Int

    /// Whether the estimate can no longer change while demand is constant. Otherwise cycles must go on.
    package private(set) var isSettled = true

    /// - Parameters:
    ///   - spikeCycles: the number of cycles for which a spike is remembered, 1 to 128.
    ///   - horizonCycles: the number of cycles ahead within which memory that is needed again is kept, 1 to 128.
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
    ///   - now: the monotonic time in nanoseconds. If it stands still or falls, that counts as one cycle.
    ///   - peak: the highest number of bytes in use since the last call.
    ///   - demand: the bytes in use now, and the assumed demand of the cycles until the next call as long as nothing
    ///     rises.
    ///   - risenAt: when bytes in use first rose well above their value at the last call; `nil` if they did not.
    /// - Returns: the bytes that will be needed again soon.
    /// - Complexity: about 2,500 steps.
    package mutating func endCycle(
        at now: Int64, peak: ByteCount, demand: ByteCount, risenAt: Int64? = nil
    ) -> ByteCount {
        var quiet = Int.max
        if let risenAt { quiet = grid.cycles(until: risenAt) }
        let count = grid.advance(to: now)
        // The last cycle always gets the peak.
        let high = quiet < count ? count - quiet : 1
        record(held, count - high)
        record(peak, high)
        held = demand
        let expected = expected()
        isSettled = expected <= demand
        return max(peak, expected)
    }

    /// Records `count` cycles of the same demand.
    private mutating func record(_ bytes: ByteCount, _ count: Int) {
        var predictor = predictor
        for _ in 0..<min(count, DemandHistory.capacity) {
            history.record(bytes)
            history.withPeaks { predictor.check($0) }
        }
        self.predictor = predictor
    }

    /// Returns the demand that the history predicts.
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
