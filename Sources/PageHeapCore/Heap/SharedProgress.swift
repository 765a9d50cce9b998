/// What the worker of several heaps carries from round to round. What it carries per heap is in ``SharedHeap``.
struct SharedProgress {
    var pace: WorkerPace
    /// Nanoseconds of CPU time that are accounted for but not paced yet.
    private var unpaced: Int64 = 0

    init(_ pace: WorkerPace) { self.pace = pace }

    /// Accounts the thread's CPU time since the last call.
    ///
    /// - Returns: that time, and the system's monotonic clock, both in nanoseconds.
    mutating func account(in system: some OperatingSystem) -> (spent: Int64, reading: Int64) {
        let total = system.threadProcessorNanoseconds()
        let reading = system.monotonicNanoseconds()
        let spent = pace.account(processorTime: total, reading: reading)
        unpaced += spent
        return (spent, reading)
    }

    /// Takes the nanoseconds of CPU time that are still to be paced.
    mutating func takeUnpaced() -> Int64 {
        defer { unpaced = 0 }
        return unpaced
    }

    /// Whether enough was done to be worth a sleep.
    var hasWorked: Bool { Double(unpaced) >= Tunables.minimumWorkNanoseconds }
}
