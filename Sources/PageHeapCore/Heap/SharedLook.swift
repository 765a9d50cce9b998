/// The result of one sweep over the heaps of a shared scavenger.
struct SharedLook {
    /// Bytes released, and nanoseconds of work that this took.
    private(set) var released: ByteCount = 0
    private(set) var worked: Double = 0
    /// Whether a heap had a request, or a cycle set a goal.
    var hasNews = false
    /// Whether the sweep stopped early, because enough was done that a sleep is due.
    var isCut = false
    /// Nanoseconds until a heap must be looked at again; nil if all are parked.
    private(set) var due: Int64?

    mutating func note(_ run: ScavengeRun) {
        released += run.released
        worked += run.worked
    }

    mutating func note(due other: Int64) { due = min(due ?? other, other) }

    /// Nanoseconds to sleep, in the form that the system takes: negative to sleep without a timeout.
    var sleep: Int64 { due ?? -1 }
}
