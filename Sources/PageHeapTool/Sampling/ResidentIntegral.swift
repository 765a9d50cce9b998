/// The integral of resident memory over time, updated with each sample.
///
/// Memory is interpolated linearly between two samples. Before the first and after the last sample it has the
/// value of that sample. One sample says too little: without a second one, there is neither an integral nor a mean.
struct ResidentIntegral: Sendable {
    /// The integral up to the last sample, in byte-seconds.
    private var area = 0.0
    private var last: (seconds: Double, bytes: ByteCount)?
    private var hasSeveral = false
    private(set) var peak = ByteCount.zero

    mutating func add(seconds: Double, bytes: ByteCount) {
        if let last {
            hasSeveral = true
            area += (last.bytes.asDouble + bytes.asDouble) / 2 * max(seconds - last.seconds, 0)
        } else {
            area = bytes.asDouble * max(seconds, 0)
        }
        last = (seconds, bytes)
        peak = max(peak, bytes)
    }

    /// Returns the integral over a run that ended at the given time, in byte-seconds.
    func total(endingAt seconds: Double) -> Double? {
        guard let last, hasSeveral else { return nil }
        return area + last.bytes.asDouble * max(seconds - last.seconds, 0)
    }

    /// Returns the mean over the time of a run that ended at the given time.
    func mean(endingAt seconds: Double) -> ByteCount? {
        guard seconds > 0 else { return nil }
        return total(endingAt: seconds).map { ByteCount(rounding: $0 / seconds) }
    }
}
