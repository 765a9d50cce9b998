/// Demand that swings, with a period or without: where it rose above the middle of its range at least twice, the last high
/// phase's peak is expected again for as long as the longest of the last low phases, and one cycle more.
///
/// Only for low phases that are not longer than memory may lie about unused: whether a longer one ends soon, only a
/// period can tell.
package enum SwingMemory {
    /// Low phases that are looked at. Four bear load that is irregular, and forget within a minute.
    private static var phases: Int { 4 }

    /// The bytes that are expected again; 0 where nothing is.
    ///
    /// - Parameters:
    ///   - middle: of the range that demand had.
    ///   - longestLow: the longest low phase that is waited for, in cycles.
    package static func expected(_ peaks: DemandHistory.Peaks, middle: UInt, longestLow: Int) -> UInt {
        // Backwards in time: the low phase now (empty in a high phase), the last high phase, the low phase before it,
        // an earlier high phase.
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
                // One that the history cuts off at its end says nothing.
                if ago < peaks.count && low <= longestLow { longest = max(longest, low) }
            }
            return sinceHigh <= longest + 1 ? lastHigh.peak : 0
        }
        // On the way up: to where it came before, unless this phase has outlasted the earlier one.
        let earlier = highPhase(peaks, from: &ago, above: middle)
        return lastHigh.length <= earlier.length + earlier.length / 2 ? max(lastHigh.peak, earlier.peak) : 0
    }

    /// The high phase that ends `ago` cycles ago; `ago` moves past it.
    private static func highPhase(
        _ peaks: DemandHistory.Peaks, from ago: inout Int, above middle: UInt
    ) -> (peak: UInt, length: Int) {
        let start = ago
        let length = length(peaks, from: &ago) { $0 > middle }
        return (peaks.highest(start..<ago), length)
    }

    /// The cycles in a row, going back from `ago`, for which a condition holds; `ago` moves past them.
    private static func length(
        _ peaks: DemandHistory.Peaks, from ago: inout Int, while condition: (UInt) -> Bool
    ) -> Int {
        let start = ago
        while ago < peaks.count && condition(peaks[ago]) { ago += 1 }
        return ago - start
    }
}
