/// What looking at heaps of a shared scavenger came to.
struct SharedLook {
    /// Bytes given back, and the nanoseconds that it took.
    private(set) var released: ByteCount = 0
    private(set) var worked: Double = 0
    /// A heap had a request, or a cycle set a goal.
    var hasNews = false
    /// Not all heaps were looked at, because so much was done that a sleep is due.
    var isCut = false
    /// Nanoseconds until a heap has to be looked at again; nothing where all of them are parked.
    private(set) var due: Int64?

    mutating func note(_ run: ScavengeRun) {
        released += run.released
        worked += run.worked
    }

    mutating func note(due other: Int64) { due = min(due ?? other, other) }

    /// A time to sleep as the system takes it: below 0 without end.
    var sleep: Int64 { due ?? -1 }
}
