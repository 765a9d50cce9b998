/// Computes when samples are due, as times after the program's start.
///
/// Samples are due at whole multiples of the interval, so that delays do not add up. In the first interval there are
/// more, at 1, 2, 4, … milliseconds, so that short programs are seen. While a large process is sampled, it cannot
/// change its mappings. So after the first interval the tool spends at most a tenth of the time on sampling, and skips
/// samples to achieve that.
struct SampleSchedule: Hashable, Sendable {
    let interval: Duration

    /// The pause after a sample, as a multiple of the sample's own duration.
    static let rest = 9

    /// Returns the time of the next sample.
    /// - Parameters:
    ///   - now: the time when the last sample was done.
    ///   - cost: the duration of the last sample.
    func next(after now: Duration, cost: Duration) -> Duration {
        if now + cost < interval {
            var early = Duration.milliseconds(1)
            while early <= now + cost { early = early * 2 }
            return min(early, interval)
        }
        let earliest = now + cost * Self.rest
        let passed = earliest.inNanoseconds / max(interval.inNanoseconds, 1)
        return interval * (Int(passed) + 1)
    }
}
