/// What a heap without a garbage collector will need again soon: the stand-in for a collector's heap goal.
///
/// Two memories. A short one: the peak of the last few cycles, so that a spike is forgotten within seconds. And a longer
/// one for load that swings: where in-use bytes rose above the middle of their range at least twice, the last high
/// phase's peak is expected again for as long as the low phase before it lasted, and half as long again; if it has not
/// come back by then, the swinging has ended.
///
/// Driven by one call a cycle (a second); knows no clock.
package struct DemandEstimator: Sendable {
    /// Cycles that the long memory reaches back. A power of two, so that the ring's index is a mask.
    package static var historyCycles: Int { 128 }

    /// Peaks of the last cycles, in bytes; a ring.
    private var peaks: InlineArray<128, UInt>
    /// Cycles recorded so far.
    private var cycles = 0
    /// Cycles that a spike is remembered.
    private let spikeCycles: Int

    /// - Parameter spikeCycles: cycles that a spike is remembered, 1 to 128.
    package init(spikeCycles: Int) {
        peaks = InlineArray(repeating: 0)
        self.spikeCycles = min(max(spikeCycles, 1), Self.historyCycles)
    }

    /// Ends a cycle.
    ///
    /// - Parameter peak: the highest number of bytes in use during the cycle.
    /// - Returns: the bytes that will be needed again soon.
    /// - Complexity: one pass over the history, 128 words.
    package mutating func endCycle(peak: ByteCount) -> ByteCount {
        peaks[cycles & (Self.historyCycles - 1)] = peak.rawValue
        cycles += 1
        return ByteCount(max(spikePeak, swingPeak))
    }

    /// Whether the estimate would change if nothing happened any more: then cycles must go on.
    package var isSettled: Bool {
        guard cycles > 0 else { return true }
        return max(spikePeak, swingPeak) <= peak(cyclesAgo: 0)
    }

    private var recorded: Int { min(cycles, Self.historyCycles) }

    private func peak(cyclesAgo: Int) -> UInt {
        peaks[(cycles - 1 - cyclesAgo) & (Self.historyCycles - 1)]
    }

    private var spikePeak: UInt {
        var highest: UInt = 0
        for ago in 0..<min(spikeCycles, recorded) { highest = max(highest, peak(cyclesAgo: ago)) }
        return highest
    }

    private var swingPeak: UInt {
        var lowest = UInt.max
        var highest: UInt = 0
        for ago in 0..<recorded {
            lowest = min(lowest, peak(cyclesAgo: ago))
            highest = max(highest, peak(cyclesAgo: ago))
        }
        guard recorded > 0 else { return 0 }
        let middle = lowest + (highest - lowest) / 2

        // Backwards in time: the low phase now (empty in a high phase), the last high phase, the low phase before it,
        // an earlier high phase.
        var ago = 0
        let sinceHigh = length(from: &ago) { $0 <= middle }
        let lastHigh = highPhase(from: &ago, above: middle)
        let lowBefore = length(from: &ago) { $0 <= middle }
        let cameTwice = ago < recorded && lowBefore > 0
        guard cameTwice else { return 0 }
        if sinceHigh > 0 { return sinceHigh <= lowBefore + lowBefore / 2 ? lastHigh.peak : 0 }
        // On the way up: to where it came before, unless this phase has outlasted the earlier one.
        let earlier = highPhase(from: &ago, above: middle)
        return lastHigh.length <= earlier.length + earlier.length / 2 ? max(lastHigh.peak, earlier.peak) : 0
    }

    /// The high phase that ends `ago` cycles ago; `ago` moves past it.
    private func highPhase(from ago: inout Int, above middle: UInt) -> (peak: UInt, length: Int) {
        var highest: UInt = 0
        let length = length(from: &ago) { value in
            if value > middle { highest = max(highest, value) }
            return value > middle
        }
        return (highest, length)
    }

    /// The cycles in a row, going back from `ago`, for which a condition holds; `ago` moves past them.
    private func length(from ago: inout Int, while condition: (UInt) -> Bool) -> Int {
        let start = ago
        while ago < recorded && condition(peak(cyclesAgo: ago)) { ago += 1 }
        return ago - start
    }
}
