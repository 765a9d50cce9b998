/// Demand that comes again with a period: finds the period, says what it will bring, and notices its end.
///
/// A period P is one where the last P cycles differ from the P before them, in the mean, by less than a quarter of the
/// variation: how far the mean of both is from their lowest or their highest, whichever is nearer; half the swing for a
/// square wave, little for a lone spike. So it takes two periods to know one. Of several, the one that explains most: the
/// variation less four times the mean difference; of equal ones the shortest.
///
/// What is expected is not certain: load may end. It shows by a *missed rise*: demand is more than an eighth of the swing
/// (highest less lowest) below all that the period says of this cycle and its two neighbours, so that a cycle sooner or
/// later is none.
///
/// From then on nothing is expected, until demand has risen above the middle of its range again. A load that ends while the
/// period says 'low' cannot be told from one that goes on, before the next rise is due.
package struct PeriodPredictor: Sendable {
    /// The shortest and the longest period, in cycles. Twice the longest is the history.
    package static var shortest: Int { 2 }
    package static var longest: Int { DemandHistory.capacity / 2 }

    /// The period, in cycles; 0 where there is none.
    package private(set) var period = 0
    /// Highest less lowest of two periods, in bytes.
    private var swing: UInt = 0
    /// A rise was missed, and demand has not come back since.
    package private(set) var isBroken = false

    package init() {}

    /// Takes note of the last cycle, before ``search(_:middle:)`` knows of it.
    package mutating func check(_ peaks: DemandHistory.Peaks) {
        if missesRise(peaks) { isBroken = true }
    }

    /// Whether demand in the last cycle is well below what the period says.
    private func missesRise(_ peaks: DemandHistory.Peaks) -> Bool {
        guard period > 0, peaks.count > period + 1 else { return false }
        let due = min(min(peaks[period - 1], peaks[period]), peaks[period + 1])
        return due > peaks[0] + swing / Tunables.missedRiseShare
    }

    /// Looks for the period anew.
    ///
    /// - Parameter middle: of the range that demand had.
    /// - Complexity: about 2,000 differences.
    package mutating func search(_ peaks: DemandHistory.Peaks, middle: UInt) {
        // What broke is whole again where demand is high, and not lower than it should be.
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
        // In the mean a period may fit although demand has just dropped.
        if missesRise(peaks) {
            if hadPeriod { isBroken = true }
            period = 0
        }
    }

    /// The most that is expected within so many cycles from now; 0 where nothing is.
    package func expected(_ peaks: DemandHistory.Peaks, within cycles: Int) -> UInt {
        guard period > 0, !isBroken else { return 0 }
        return peaks.highest(max(0, period - cycles)..<period)
    }

    /// The differences between a period and the one before it, in bytes, summed up.
    private func difference(_ peaks: DemandHistory.Peaks, _ period: Int) -> Int {
        var sum = 0
        for ago in 0..<period { sum += abs(Int(peaks[ago]) - Int(peaks[ago + period])) }
        return sum
    }
}
