import Synchronization

/// The whole state of a scavenger that several heaps share, in memory that does not move. Accessed through the handle
/// ``SharedScavenger``.
package struct SharedScavengerState<System: OperatingSystem>: ~Copyable {
    /// The state of the worker's thread. Its lock guards everything below that may change.
    package let worker = WorkerState()
    let system: System
    /// The share of CPU time that the worker aims for over all heaps, 0.001 to 1, and how it is paced.
    let share: Double
    let pacer: PacerKind

    /// The ring of heaps, the next one to look at first.
    var first: UnsafeMutablePointer<SharedHeap<System>>?
    var last: UnsafeMutablePointer<SharedHeap<System>>?
    var count: UInt = 0
    /// The heap that the worker is looking at, if any.
    var current: UnsafeMutablePointer<SharedHeap<System>>?
    /// Whether a thread waits until the worker looks away from `current`.
    var isAwaited = false
    /// Counts turns that ended while a thread waited for that: the word that it sleeps on.
    let turns = Atomic<UInt32>(0)
    /// References to this memory: the owner's, and one for each attached heap that is not torn down yet.
    var references: UInt = 1

    package init(_ system: System, share: Double, pacer: PacerKind) {
        self.system = system
        self.share = share
        self.pacer = pacer
    }
}

/// The shared scavenger's record of one heap, in memory that does not move.
package struct SharedHeap<System: OperatingSystem> {
    let heap: Heap<System>
    let scavenger: SharedScavenger<System>
    /// The next heap in the scavenger's ring. Guarded by the worker's lock.
    var next: UnsafeMutablePointer<SharedHeap<System>>?

    // The fields below belong to the worker alone.
    var cycle = DemandCycle(now: 0)
    /// CPU time that the worker used for this heap in the last ten seconds.
    var used = ShareWindow()
    /// The heap's signal as of the last request that was served.
    var seenSignal: UInt32 = 0
    /// Whether the worker has looked at the heap before.
    var isKnown = false
    /// Whether a stretch of release found nothing: before the next cycle or request, another one would find no more.
    var isSpent = false

    init(_ heap: Heap<System>, of scavenger: SharedScavenger<System>) {
        self.heap = heap
        self.scavenger = scavenger
    }
}

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
