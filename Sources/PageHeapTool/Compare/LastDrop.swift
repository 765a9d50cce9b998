/// The moment from which retained memory is judged: the last time that resident memory fell by at least a tenth of its
/// peak.
///
/// The moment is that of the last sample before memory had fallen by the tenth. A fall continues until memory rises by
/// a tenth again, or has not fallen further for two seconds. The program must run for at least a second after it, so
/// that what it frees while it exits does not count. If memory never fell that much, the moment is the first time
/// within a hundredth of the peak, so that an allocator that keeps everything can be judged, too.
struct LastDrop: Hashable, Sendable {
    /// The time after the program's start.
    let seconds: Double
    /// Whether memory fell. If not, `seconds` is the time of the peak.
    let isFall: Bool

    /// The least change that counts as a fall, or as a rise that ends one, as a share of the peak.
    static let fallShare = 0.1
    /// The change below which memory counts as constant, as a share of the peak.
    static let stillShare = 0.01
    /// How long a fall may pause, in seconds.
    static let longestPause = 2.0
    /// How long the program must run after a fall, in seconds.
    static let leastRest = 1.0

    /// Finds the last drop of a curve.
    ///
    /// - Parameters:
    ///   - curve: points in the order of time.
    ///   - end: the time when the program ended.
    /// - Returns: nil if the program ended too soon after its peak.
    init?(of curve: [ChartPoint], endingAt end: Double) {
        let peak = curve.map(\.bytes).max() ?? 0
        guard peak > 0 else { return nil }
        let falls = Self.falls(of: curve, peak: peak).filter { $0 + Self.leastRest <= end }
        if let last = falls.last {
            self.init(seconds: last, isFall: true)
            return
        }
        let top = curve.first { $0.bytes >= peak * (1 - Self.stillShare) }
        guard let top, top.seconds + Self.leastRest <= end else { return nil }
        self.init(seconds: top.seconds, isFall: false)
    }

    private init(seconds: Double, isFall: Bool) {
        self.seconds = seconds
        self.isFall = isFall
    }

    /// Returns the times when falls began.
    private static func falls(of curve: [ChartPoint], peak: Double) -> [Double] {
        var falls: [Double] = []
        // While memory does not fall: its maximum since the last fall, and the time of the last sample.
        var high = 0.0
        var lastHigh = 0.0
        // While memory falls: its minimum so far, with the time.
        var low: ChartPoint?
        for point in curve {
            if let least = low {
                if point.bytes <= least.bytes - peak * stillShare {
                    low = point
                } else if point.bytes >= least.bytes + peak * fallShare
                    || point.seconds >= least.seconds + longestPause
                {
                    low = nil
                    high = point.bytes
                    lastHigh = point.seconds
                }
                continue
            }
            high = max(high, point.bytes)
            if point.bytes <= high - peak * fallShare {
                falls.append(lastHigh)
                low = point
            } else {
                lastHigh = point.seconds
            }
        }
        return falls
    }
}
