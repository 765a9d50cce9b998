/// When samples are due, as times after the program's start.
///
/// They come at whole multiples of the interval, so delays do not add up. The first interval has more of them, at 1, 2,
/// 4, … milliseconds, so that short programs can be seen. Looking at a large process keeps it from changing its mappings
/// for that time, so after the first interval the tool spends at most a tenth of the time on it and leaves out what it
/// must.
struct SampleSchedule: Hashable, Sendable {
    let interval: Duration

    /// How many times a sample's own duration is left free after it.
    static let rest = 9

    /// The time of the next sample.
    /// - Parameters:
    ///   - now: when the last one was done.
    ///   - cost: how long it took.
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
