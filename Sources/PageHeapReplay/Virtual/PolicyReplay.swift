import PageHeapTrace

/// Replays a trace on PageHeap in virtual time, under one policy.
///
/// An event takes place at its time, and whatever the scavenger would have done until then has been done. After the last one,
/// time goes on for a while without events: what is resident then is what the program would occupy while it is idle.
///
/// Memory: what the live blocks need here, some 50 bytes each; what the heap's metadata needs; and some 500 bytes for each
/// 4 MiB of simulated address space. The length of the trace does not matter.
package struct PolicyReplay {
    let policy: ReplayPolicy
    let machine: ReplayMachine
    /// Nanoseconds that pass after the last event.
    let idle: Int64

    /// Events between two questions whether to go on.
    package static let eventsPerQuestion = 4096
    /// The longest time of a trace, a year in nanoseconds. Times beyond it are damaged.
    static let longestTime: UInt64 = 366 * 86_400 * 1_000_000_000

    package init(_ policy: ReplayPolicy, machine: ReplayMachine = ReplayMachine(), idle: Int64 = 10_000_000_000) {
        self.policy = policy
        self.machine = machine
        self.idle = idle
    }

    /// Replays a trace.
    ///
    /// - Parameters:
    ///   - source: the events.
    ///   - shouldStop: asked now and then; told how many events have been replayed. If it returns true, the replay ends, and what
    ///     it has measured until then is its result.
    /// - Throws: if the trace cannot be read, or there is no memory for the heap.
    package func run(
        _ source: inout some AllocationEventSource, shouldStop: (UInt64) -> Bool = { _ in false }
    ) throws(TraceError) -> PolicyResult {
        guard let heap = ReplayHeap(policy, machine) else {
            throw TraceError(
                "there is no address space for the heap that replays the trace, which reserves 128 GiB and uses little of "
                    + "it: see 'ulimit -v'")
        }
        defer { heap.shutDown() }
        var replay = Progress(heap: heap)
        var isComplete = true
        var untilQuestion = Self.eventsPerQuestion
        while let event = try source.next() {
            if event.time > Self.longestTime {
                throw TraceError("an event is said to be more than a year after the beginning of the trace")
            }
            replay.perform(event)
            untilQuestion -= 1
            guard untilQuestion == 0 else { continue }
            untilQuestion = Self.eventsPerQuestion
            if shouldStop(replay.counts.total) {
                isComplete = false
                break
            }
        }
        heap.look()
        return replay.result(of: policy, idle: isComplete ? idle : 0, isComplete: isComplete)
    }

    /// A replay under way.
    private struct Progress {
        let heap: ReplayHeap
        var counts = EventCounts()
        private var live = LiveBlocks<UInt>()
        /// Bit n says whether thread n has been seen.
        private var threads: Set<UInt32> = []
        private var lastThread: UInt32?
        /// The time of the first event, which is 0 here: a process may begin long after the recording did.
        private var origin: UInt64?

        init(heap: ReplayHeap) { self.heap = heap }

        mutating func perform(_ event: AllocationEvent) {
            let origin = origin ?? event.time
            self.origin = origin
            heap.advance(to: Int64(event.time) - Int64(origin))
            if lastThread != event.thread {
                lastThread = event.thread
                if threads.count < 1 << 20 { threads.insert(event.thread) }
            }
            switch event.action {
            case .allocate(let block, let bytes, let alignment, _):
                counts.allocations += 1
                if free(block, event.thread) { counts.unmatched += 1 }
                allocate(block, bytes, alignment, event.thread)
            case .free(let block):
                counts.frees += 1
                if !free(block, event.thread) { counts.unmatched += 1 }
            case .reallocate(let block, let target, let bytes):
                counts.reallocations += 1
                reallocate(block, to: target, bytes, event.thread)
            case .endThread:
                heap.endThread(event.thread)
            }
        }

        private mutating func allocate(_ block: UInt64, _ bytes: UInt64, _ alignment: UInt64, _ thread: UInt32) {
            guard let address = heap.allocate(bytes, alignment: alignment, in: thread) else {
                counts.refused += 1
                return
            }
            live.add(block, address, bytes)
            heap.system.noteInUse(Int64(bytes))
        }

        /// Returns false if there is no such block.
        private mutating func free(_ block: UInt64, _ thread: UInt32) -> Bool {
            guard let found = live.remove(block) else { return false }
            heap.free(found.place, in: thread)
            heap.system.noteInUse(-Int64(found.bytes))
            return true
        }

        private mutating func reallocate(_ block: UInt64, to target: UInt64, _ bytes: UInt64, _ thread: UInt32) {
            guard let found = live.remove(block) else {
                // Its beginning is not in the trace: from here on it is a block like others.
                counts.unmatched += 1
                _ = free(target, thread)
                return allocate(target, bytes, 0, thread)
            }
            if target != block && free(target, thread) { counts.unmatched += 1 }
            guard let address = heap.reallocate(found.place, to: bytes, in: thread) else {
                counts.refused += 1
                live.add(target, found.place, found.bytes)
                return
            }
            live.add(target, address, bytes)
            heap.system.noteInUse(Int64(bytes) - Int64(found.bytes))
        }

        mutating func result(of policy: ReplayPolicy, idle: Int64, isComplete: Bool) -> PolicyResult {
            counts.threads = UInt64(threads.count)
            let end = heap.meter
            heap.advance(to: end.now + idle, isEvent: false)
            heap.look()
            heap.system.finish()
            return PolicyResult(policy, counts, end: end, idle: heap.meter, heap.system, isComplete: isComplete)
        }
    }
}
