/// The integral of resident memory over time, updated with each sample.
///
/// Memory is interpolated linearly between two samples. Before the first and after the last sample it has the
/// value of that sample.
struct ResidentIntegral: Sendable {
    /// The integral up to the last sample, in byte-seconds.
    private var area = 0.0
    private var last: (seconds: Double, bytes: ByteCount)?
    private(set) var peak = ByteCount.zero

    mutating func add(seconds: Double, bytes: ByteCount) {
        if let last {
            area += (last.bytes.asDouble + bytes.asDouble) / 2 * max(seconds - last.seconds, 0)
        } else {
            area = bytes.asDouble * max(seconds, 0)
        }
        last = (seconds, bytes)
        peak = max(peak, bytes)
    }

    /// Returns the integral over a run that ended at the given time, in byte-seconds.
    func total(endingAt seconds: Double) -> Double {
        guard let last else { return 0 }
        return area + last.bytes.asDouble * max(seconds - last.seconds, 0)
    }

    /// Returns the mean over the time of a run that ended at the given time.
    func mean(endingAt seconds: Double) -> ByteCount {
        guard let last else { return .zero }
        guard seconds > 0 else { return last.bytes }
        return ByteCount(rounding: total(endingAt: seconds) / seconds)
    }
}
