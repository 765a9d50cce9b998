/// What the scavenger did in a generation that has ended, or in a forced release: what a line of the trace says, for
/// readers in the process.
package struct TraceRecord: Sendable {
    /// The generation's number; of a forced release, that which it began.
    package var generation: UInt32 = 0
    package var isForced = false
    /// The pacer's controller failed meanwhile.
    package var wasReset = false
    /// Bytes that the background worker released in it; of a forced release, that call's.
    package var worked: ByteCount = 0
    /// When it ended, of the monotonic clock, in nanoseconds.
    package var time: Int64 = 0
    /// The heap's accounts at its end.
    package var books = HeapBooks()
    package var metadata: ByteCount = 0
    /// The maximum where there was none.
    package var goal: ByteCount = .maximum
    package var limitGoal: ByteCount = .maximum
    /// CPU time of the worker since the heap began.
    package var workerNanoseconds: UInt64 = 0

    package init() {}

    init(
        generation: UInt32, worked: ByteCount, figures: HeapFigures, isForced: Bool, wasReset: Bool, time: Int64
    ) {
        self.generation = generation
        self.isForced = isForced
        self.wasReset = wasReset
        self.worked = worked
        self.time = time
        books = figures.books
        metadata = figures.metadata
        goal = figures.goal
        limitGoal = figures.limitGoal
        workerNanoseconds = figures.workerNanoseconds
    }
}
