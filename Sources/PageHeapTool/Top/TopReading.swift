/// One look at a process.
struct TopReading: Sendable {
    let seconds: Double
    let snapshot: ProcessSnapshot
    /// None if the process serves no requests.
    let classes: [ClassFigures]

    var point: TerminalCurve.Point {
        TerminalCurve.Point(
            seconds: seconds, resident: snapshot.resident,
            inUse: min(snapshot.heap.bytes(\.in_use_bytes), snapshot.resident))
    }

    /// What may go back: retained memory beyond the goal.
    var excess: ByteCount? {
        snapshot.heap.optionalBytes(\.goal_bytes).map { snapshot.heap.retained - $0 }
    }
}
