/// What the worker of several heaps carries from round to round. What it carries for each of them is in ``SharedHeap``.
struct SharedProgress {
    var pace: WorkerPace
    /// Nanoseconds of CPU time that are accounted for, and not paced yet.
    private var unpaced: Int64 = 0

    init(_ pace: WorkerPace) { self.pace = pace }

    /// Takes the thread's CPU time into account, and answers what was used since the last time.
    mutating func account(in system: some OperatingSystem) -> (spent: Int64, reading: Int64) {
        let total = system.threadProcessorNanoseconds()
        let reading = system.monotonicNanoseconds()
        let spent = pace.account(processorTime: total, reading: reading)
        unpaced += spent
        return (spent, reading)
    }

    /// What is to be paced, which then is.
    mutating func takeUnpaced() -> Int64 {
        defer { unpaced = 0 }
        return unpaced
    }

    /// Whether so much was done that a sleep is worth it.
    var hasWorked: Bool { Double(unpaced) >= Tunables.minimumWorkNanoseconds }
}
