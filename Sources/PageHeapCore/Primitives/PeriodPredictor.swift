/// Predicts demand that recurs with a period: finds the period, predicts what it will bring, and notices its end.
///
/// P is a period if the last P cycles differ from the P before them, in the mean, by less than a quarter of the
/// variation: the distance from the mean of both to their lowest or highest value, whichever is nearer. That is half
/// the swing for a square wave, and little for a lone spike. So detection takes two periods. Of several candidates, the
/// one that explains most wins: the variation less four times the mean difference. Of equal ones, the shortest wins.
///
/// A prediction may fail, because load may end. A *missed rise* shows that: demand is more than an eighth of the swing
/// (highest less lowest) below everything that the period predicts for this cycle and its two neighbours, so that a
/// rise one cycle early or late is not a missed one.
///
/// After a missed rise nothing is predicted until demand has risen above the middle of its range again. A load that
/// ends while the period predicts a low phase cannot be told from continuing load before the next rise is due.
package struct PeriodPredictor: Sendable {
    /// The shortest and the longest period, in cycles. The history holds two of the longest.
    package static var shortest: Int { 2 }
    package static var longest: Int { DemandHistory.capacity / 2 }

    /// The period in cycles; 0 if there is none.
    package private(set) var period = 0
    /// The highest less the lowest peak of the last two periods, in bytes.
    private var swing: UInt = 0
    /// Whether a rise was missed and demand has not come back since.
    package private(set) var isBroken = false

    package init() {}

    /// Checks the last cycle against the period. Called before ``search(_:middle:)`` takes the cycle into account.
    package mutating func check(_ peaks: DemandHistory.Peaks) {
        if missesRise(peaks) { isBroken = true }
    }

    /// Whether demand in the last cycle is well below what the period predicts.
    private func missesRise(_ peaks: DemandHistory.Peaks) -> Bool {
        guard period > 0, peaks.count > period + 1 else { return false }
        let due = min(min(peaks[period - 1], peaks[period]), peaks[period + 1])
        return due > peaks[0] + swing / Tunables.missedRiseShare
    }

    /// Searches the history for the period.
    ///
    /// - Parameter middle: the middle of the range of demand.
    /// - Complexity: about 2,000 differences.
    package mutating func search(_ peaks: DemandHistory.Peaks, middle: UInt) {
        // Trust the period again once demand is high and matches it.
        if isBroken && peaks[0] > middle { isBroken = missesRise(peaks) }
        let hadPeriod = period > 0
        period = 0
        swing = 0
        var most = 0
        var seen = 0
        var lowest = UInt.max
        var highest: UInt = 0
        var sum: UInt = 0
        var candidate = Self.shortest
        while candidate <= Self.longest && 2 * candidate <= peaks.count {
            while seen < 2 * candidate {
                lowest = min(lowest, peaks[seen])
                highest = max(highest, peaks[seen])
                sum += peaks[seen]
                seen += 1
            }
            let mean = sum / UInt(seen)
            let variation = Int(min(mean - lowest, highest - mean))
            let explained = variation - Tunables.periodVariationShare * difference(peaks, candidate) / candidate
            if explained > most {
                most = explained
                period = candidate
                swing = highest - lowest
            }
            candidate += 1
        }
        // The mean difference may fit although demand has just dropped.
        if missesRise(peaks) {
            if hadPeriod { isBroken = true }
            period = 0
        }
    }

    /// Returns the highest demand in bytes predicted within `cycles` cycles from now; 0 if nothing is predicted.
    package func expected(_ peaks: DemandHistory.Peaks, within cycles: Int) -> UInt {
        guard period > 0, !isBroken else { return 0 }
        return peaks.highest(max(0, period - cycles)..<period)
    }

    /// Returns the sum of the absolute differences between a period and the one before it, in bytes.
    private func difference(_ peaks: DemandHistory.Peaks, _ period: Int) -> Int {
        var sum = 0
        for ago in 0..<period { sum += abs(Int(peaks[ago]) - Int(peaks[ago + period])) }
        return sum
    }
}
