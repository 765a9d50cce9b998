/// One look at what a live view shows: a process, or all processes of a run.
struct TopReading: Sendable {
    let seconds: Double
    /// The process, or the run's own program.
    let name: String
    let process: Int32
    /// How many other processes belong to the run.
    var others = 0
    /// For how long it has lasted.
    let age: Double
    let resident: ByteCount
    /// nil as long as nothing is published.
    let heap: HeapFigures?
    /// None if no process serves requests.
    let classes: [ClassFigures]
    /// Why there are no size classes; nil if there are some.
    let missing: String?
    /// The process that the size classes and threads' caches are of, if the rest is of others, too.
    var processOfClasses: String?

    var point: TerminalCurve.Point {
        TerminalCurve.Point(
            seconds: seconds, resident: resident, inUse: min(heap?.bytes(\.in_use_bytes) ?? .zero, resident))
    }
}
