/// Computes when maps of a run are due, as times after the program's start.
///
/// A map is due a quarter of a second after the last one, in longer runs after a 64th of the time that has passed; so the last map is
/// near the end, and there are few in hours. One is due earlier if the heap has grown by a sixteenth beyond what it ever had in a map,
/// so that there is one near the peak. In between, a process gets ten times the time that it took to write the last map.
struct MapSchedule: Hashable, Sendable {
    private var last: Double?
    private var earliest = 0.0
    /// The most that a heap held when a map was taken.
    private var mostHeld = ByteCount.zero

    static let shortest = 0.25
    static let share = 1.0 / 64
    static let rest = 10.0
    /// The time after a failure.
    static let pause = 0.5
    /// The growth that makes a map due.
    static let growth = 17.0 / 16

    /// Whether a map is due of a heap that holds so much.
    func isDue(atSeconds now: Double, held: ByteCount) -> Bool {
        guard now >= earliest else { return false }
        guard let last else { return true }
        return now - last >= max(Self.shortest, now * Self.share) || held.asDouble > mostHeld.asDouble * Self.growth
    }

    /// When a map is due after the last one if the heap does not grow.
    var next: Double {
        max(earliest, last.map { max($0 + Self.shortest, $0 / (1 - Self.share)) } ?? 0)
    }

    /// Notes that a map was taken.
    ///
    /// - Parameters:
    ///   - held: what the heap held when it was asked for.
    ///   - service: how long the process took to write it, in seconds.
    mutating func noteTaken(atSeconds now: Double, held: ByteCount, service: Double) {
        last = now
        mostHeld = max(mostHeld, held)
        earliest = now + service * Self.rest
    }

    /// Notes that a process gave no map.
    mutating func noteFailure(atSeconds now: Double) {
        earliest = now + max(Self.pause, now * Self.share)
    }
}
