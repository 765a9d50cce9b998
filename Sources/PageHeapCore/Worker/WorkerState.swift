/// The whole state of a worker, in memory that does not move. Accessed through the handle ``Worker``, and set up in
/// zeroed memory by ``Worker/init(startedIn:_:share:pacer:patience:)``: most of it is valid when zero.
package struct WorkerState<System: OperatingSystem>: ~Copyable {
    private(set) var system: System
    package let thread: WorkerThread
    let starts: WorkerStarts
    /// The heaps that the worker looks after. Guarded by the worker's lock.
    var ring: WorkerRing<System>
    /// Owned by the thread that has the turn.
    var progress: WorkerProgress
    /// Nanoseconds without anything to do after which the thread ends; nil if it stays. Set only for a worker of one
    /// heap.
    private(set) var patience: Int64?
    /// Whether requests of other processes are served. Set only for a worker of one heap.
    private(set) var servesControl: Bool
    /// The share of CPU time that the worker aims for over all heaps, 0.001 to 1, and how it is paced.
    private var share: Double
    private(set) var pacer: PacerKind
    /// References to this memory: the owner's, and one for each attached heap that is not torn down yet. Guarded by the
    /// worker's lock.
    private var references: UInt

    /// Sets the state up.
    mutating func start(_ system: System, share: Double, pacer: PacerKind, patience: Int64?, servesControl: Bool) {
        withUnsafeMutablePointer(to: &self.system) { $0.initialize(to: system) }
        self.share = share
        self.pacer = pacer
        self.patience = servesControl ? nil : patience
        self.servesControl = servesControl
        references = 1
    }

    /// Begins the work of the calling thread, which has the turn.
    mutating func beginProgress() { progress.begin(pacer, share: share, in: system) }

    mutating func addReference() { references += 1 }

    /// Drops a reference.
    ///
    /// - Returns: whether it was the last one.
    mutating func dropReference() -> Bool {
        references -= 1
        return references == 0
    }
}

/// What a worker carries from round to round. What it carries per heap is in ``HeapProgress``. Valid when zeroed:
/// ``begin(_:share:in:)`` fills it in.
struct WorkerProgress {
    var pace: WorkerPace
    /// When the worker last released enough to be worth its thread, on its own clock, in nanoseconds.
    var lastUse: Int64
    /// Nanoseconds of CPU time that are accounted for but not paced yet.
    private var unpaced: Int64
    /// The number of times that a thread began to work or woke up.
    private(set) var wakeUps: UInt64
    /// Whether a thread has worked with this before.
    private var hasBegun: Bool

    /// Begins the work of the calling thread, anew or where the last thread ended it.
    ///
    /// - Parameters:
    ///   - kind: how to pace.
    ///   - share: the share of CPU time to use, 0.001 to 1.
    mutating func begin(_ kind: PacerKind, share: Double, in system: borrowing some OperatingSystem) {
        let reading = system.monotonicNanoseconds()
        let processorTime = system.threadProcessorNanoseconds()
        noteWakeUp()
        if hasBegun {
            pace.resume(reading: reading, processorTime: processorTime)
        } else {
            pace = WorkerPace(kind, share: share, reading: reading, processorTime: processorTime)
            unpaced = 0
            hasBegun = true
        }
    }

    mutating func noteWakeUp() { wakeUps &+= 1 }

    /// Has the next thread begin anew.
    mutating func forget() { hasBegun = false }

    /// Accounts the thread's CPU time since the last call.
    ///
    /// - Returns: that time, and the system's monotonic clock, both in nanoseconds.
    mutating func account(in system: borrowing some OperatingSystem) -> (spent: Int64, reading: Int64) {
        let total = system.threadProcessorNanoseconds()
        let reading = system.monotonicNanoseconds()
        let spent = pace.account(processorTime: total, reading: reading)
        unpaced += spent
        return (spent, reading)
    }

    /// Leaves the thread's CPU time since the last call out of all accounts.
    mutating func skip(in system: borrowing some OperatingSystem) {
        pace.resume(reading: system.monotonicNanoseconds(), processorTime: system.threadProcessorNanoseconds())
    }

    /// Takes the nanoseconds of CPU time that are still to be paced.
    mutating func takeUnpaced() -> Int64 {
        defer { unpaced = 0 }
        return unpaced
    }

    /// Whether enough was done to be worth a sleep.
    var hasWorked: Bool { Double(unpaced) >= Tunables.minimumWorkNanoseconds }
}
