/// Resident memory times time, summed up as samples come.
///
/// Between two samples the memory is taken to go in a straight line; before the first and after the last it is taken to
/// be what that sample says.
struct ResidentIntegral: Sendable {
    /// In byte-seconds, up to the last sample.
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

    /// The whole in byte-seconds for a run that ended then.
    func total(endingAt seconds: Double) -> Double {
        guard let last else { return 0 }
        return area + last.bytes.asDouble * max(seconds - last.seconds, 0)
    }

    /// The mean over time.
    func mean(endingAt seconds: Double) -> ByteCount {
        guard let last else { return .zero }
        guard seconds > 0 else { return last.bytes }
        return ByteCount(rounding: total(endingAt: seconds) / seconds)
    }
}
