/// Predicts demand that swings, with or without a period. If demand rose above the middle of its range at least twice,
/// the peak of the last high phase is expected again, for as long as the longest of the recent low phases and one cycle
/// more.
///
/// Only low phases within the horizon count, because memory may lie unused no longer than that. Whether a longer low
/// phase ends soon, only a period can tell.
package enum SwingMemory {
    /// The number of low phases examined. Four tolerate irregular load, and are forgotten within a minute.
    private static var phases: Int { 4 }

    /// Returns the bytes that are expected again; 0 if none are.
    ///
    /// - Parameters:
    ///   - middle: the middle of the range of demand, in bytes.
    ///   - longestLow: the longest low phase to wait for, in cycles.
    package static func expected(_ peaks: DemandHistory.Peaks, middle: UInt, longestLow: Int) -> UInt {
        // Backwards in time: the present low phase (empty during a high phase), the last high phase, the low phase
        // before it, an earlier high phase.
        var ago = 0
        let sinceHigh = length(peaks, from: &ago) { $0 <= middle }
        let lastHigh = highPhase(peaks, from: &ago, above: middle)
        let lowBefore = length(peaks, from: &ago) { $0 <= middle }
        guard ago < peaks.count, lowBefore > 0, lowBefore <= longestLow else { return 0 }
        if sinceHigh > 0 {
            var longest = lowBefore
            for _ in 1..<phases {
                _ = highPhase(peaks, from: &ago, above: middle)
                let low = length(peaks, from: &ago) { $0 <= middle }
                // A phase that the history cuts off has no known length.
                if ago < peaks.count && low <= longestLow { longest = max(longest, low) }
            }
            return sinceHigh <= longest + 1 ? lastHigh.peak : 0
        }
        // In a high phase: expect the peak of the earlier one, unless this phase has clearly outlasted it.
        let earlier = highPhase(peaks, from: &ago, above: middle)
        return lastHigh.length <= earlier.length + earlier.length / 2 ? max(lastHigh.peak, earlier.peak) : 0
    }

    /// Returns the peak and length of the high phase that ended `ago` cycles ago, and moves `ago` past it.
    private static func highPhase(
        _ peaks: DemandHistory.Peaks, from ago: inout Int, above middle: UInt
    ) -> (peak: UInt, length: Int) {
        let start = ago
        let length = length(peaks, from: &ago) { $0 > middle }
        return (peaks.highest(start..<ago), length)
    }

    /// Returns the number of consecutive cycles, going back from `ago`, for which a condition holds, and moves `ago`
    /// past them.
    private static func length(
        _ peaks: DemandHistory.Peaks, from ago: inout Int, while condition: (UInt) -> Bool
    ) -> Int {
        let start = ago
        while ago < peaks.count && condition(peaks[ago]) { ago += 1 }
        return ago - start
    }
}
