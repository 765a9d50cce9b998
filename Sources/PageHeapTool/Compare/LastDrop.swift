/// From when on it counts how much memory a program kept: the last time that resident memory fell by at least a tenth
/// of its peak.
///
/// The time is that of the last sample before the tenth was gone. A fall goes on until memory rises by a tenth again,
/// or has been still for two seconds. What is left of the program after it must be a second at least: what it frees on
/// its way out does not count. Where memory never fell so, the time when it came within a hundredth of its peak stands
/// in: from an allocator that keeps all, this is what there is to see.
struct LastDrop: Hashable, Sendable {
    /// After the program's start.
    let seconds: Double
    /// Whether memory fell; if not, this is when it came to its peak.
    let isFall: Bool

    /// How much is a fall, or the end of one, as a part of the peak.
    static let fallShare = 0.1
    /// What is less than this, as a part of the peak, is stillness.
    static let stillShare = 0.01
    /// How long a fall may pause, in seconds.
    static let longestPause = 2.0
    /// How much of the program must come after it, in seconds.
    static let leastRest = 1.0

    /// - Parameters:
    ///   - curve: points in the order of time.
    ///   - end: when the program ended.
    /// - Returns: nil where the program ended too soon after its peak.
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

    /// When each fall began.
    private static func falls(of curve: [ChartPoint], peak: Double) -> [Double] {
        var falls: [Double] = []
        /// While memory does not fall: the most since the last fall, and the last time that it was near to that.
        var high = 0.0
        var lastHigh = 0.0
        /// While it falls: the least, and when that was.
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
