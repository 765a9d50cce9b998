/// What a heap and its worker know of each other, a part of the heap's state.
///
/// Five jobs, five parts: what the two tell each other (``WorkerRequests``), what calls of the program do for the
/// worker or in its place (``CallerService``), what the worker has done (``WorkerFigures``), whether memory is short
/// around the process (``PressureWatch``), and what is carried from one look to the next (``HeapProgress``).
///
/// Zeroed memory is valid but for the first two members, which ``start(_:worker:)`` sets.
package struct RingMember<System: OperatingSystem>: ~Copyable {
    private(set) var heap: Heap<System>
    /// The worker that looks after the heap.
    private(set) var worker: Worker<System>
    package let requests: WorkerRequests
    let callers: CallerService
    let figures: WorkerFigures
    let pressure: PressureWatch
    /// The next heap in the ring. Used by the ring alone, under the worker's lock.
    var next: UnsafeMutablePointer<RingMember<System>>?
    /// Owned by the thread that has the worker's turn.
    var progress: HeapProgress

    /// Sets the heap and its worker, before the heap is published.
    mutating func start(_ heap: Heap<System>, worker: Worker<System>) {
        self.heap = heap
        self.worker = worker
    }

    /// Resets everything in a forked child, where no worker looks after the heap.
    mutating func becomeChild() {
        requests.becomeChild()
        callers.forgetWorker()
        figures.becomeChild()
        pressure.becomeChild()
        progress.forget()
    }
}

/// What the worker of a heap, or callers in its place, carry from one look at the heap to the next. Valid when zeroed:
/// ``begin(at:_:)`` fills it in.
struct HeapProgress {
    var cycle = DemandCycle(now: 0)
    /// Whether a stretch of release found nothing: before the next cycle or request, another one would find no more.
    var isSpent = false
    /// Whether a cycle has ended since the last request or the last ``takeCycle()``.
    private var hasCycled = false
    /// CPU time that the worker used for this heap in the last minute.
    var used = ShareWindow(nanoseconds: Tunables.budgetNanoseconds)
    /// When callers last looked, in coarse monotonic nanoseconds, and the bytes that they might release at that moment.
    var callerLook: Int64 = 0
    var callerAllowance: Double = 0
    /// The wake-up of the worker at which it last did something for the heap.
    private var lastWakeUp: UInt64 = 0
    /// Whether a worker or a caller has looked at the heap before.
    private var isKnown = false
    /// The count of requests as of the last one that was served.
    private var seenRequests: UInt32 = 0

    /// Begins a look. With a budget, a cycle is due at the first look: something was freed, or nobody would look. The
    /// original's pacers wait for a cycle first.
    ///
    /// - Parameter now: the worker's clock, in nanoseconds.
    mutating func begin(at now: Int64, _ configuration: HeapConfiguration) {
        if isKnown { return }
        self = HeapProgress()
        isKnown = true
        cycle.lastEnd = configuration.pacer == .budget ? now &- configuration.cycleNanoseconds : now
    }

    /// Notes that a cycle has ended: a stretch of release may find something again.
    mutating func noteCycle() {
        isSpent = false
        hasCycled = true
    }

    /// Whether a cycle has ended since the last call and the last request.
    mutating func takeCycle() -> Bool {
        defer { hasCycled = false }
        return hasCycled
    }

    /// Notes that the worker did something for the heap.
    ///
    /// - Parameter number: the number of the worker's wake-up at which it did.
    /// - Returns: whether it is the first time at this wake-up.
    mutating func isNew(wakeUp number: UInt64) -> Bool {
        defer { lastWakeUp = number }
        return number != lastWakeUp
    }

    /// Has the next look begin anew.
    mutating func forget() { isKnown = false }

    /// Serves requests: after one, a stretch of release may find something again.
    ///
    /// - Parameter requests: the count of them.
    /// - Returns: whether there are new ones.
    mutating func serve(_ requests: UInt32) -> Bool {
        if requests == seenRequests { return false }
        seenRequests = requests
        isSpent = false
        hasCycled = false
        return true
    }
}
