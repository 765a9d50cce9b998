/// The times of events in a trace that has none: so many events a second.
struct EventClock: Hashable, Sendable {
    private let eventsPerSecond: Double
    private var events: UInt64 = 0

    init(eventsPerSecond: Double) { self.eventsPerSecond = eventsPerSecond }

    /// The next event's time in nanoseconds.
    mutating func next() -> UInt64 {
        defer { events += 1 }
        let time = Double(events) / eventsPerSecond * 1e9
        return time < 1e18 ? UInt64(time) : UInt64(1e18)
    }
}
