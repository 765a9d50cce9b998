/// The events of one process of a trace, of all its threads, in an order in which they can be replayed.
///
/// Threads have streams of their own in the file; they are merged by time. A thread notes a free before the block is freed, and
/// an allocation after it was made, so a block that passes from one thread to another is in order. A reallocation that moves a
/// block is one event at its end; but if another thread got the old place before that, it is a free and an allocation.
///
/// A block may be freed that the trace does not know: a process that was forked frees what it got from its parent, and
/// some blocks are older than the recording. After damage, or in a process whose recorder left events out, an address may also
/// be allocated that is in use: its free is lost.
///
/// Memory: at most 256 KiB for each thread that is alive at a time, whatever the size of the file. Not thread-safe; copies are
/// independent of each other.
public struct TraceEvents: AllocationEventSource, Sendable {
    private let clock: TraceClock
    private let stopsAtDamage: Bool
    private var streams: [ThreadStream]
    private var queue: StreamQueue
    /// The old blocks of the streams' reallocations that have begun: nil for none.
    private var reallocating: [UInt64?]
    /// The same by address, as long as no other thread got the block.
    private var reallocated: [UInt64: Int] = [:]
    private var waiting: AllocationEvent?
    private let payloadBytes: UInt64

    init(_ blocks: ArraySlice<TraceIndex.Block>, of file: TraceFile, clock: TraceClock, stopsAtDamage: Bool) {
        self.clock = clock
        self.stopsAtDamage = stopsAtDamage
        streams = []
        queue = StreamQueue()
        var start = blocks.startIndex
        while start < blocks.endIndex {
            let thread = blocks[start].thread
            let end = blocks[start...].firstIndex { $0.thread != thread } ?? blocks.endIndex
            let stream = ThreadStream(blocks[start..<end], of: file)
            queue.insert(
                StreamQueue.Entry(tick: stream.firstTick, isAllocation: false, stream: streams.count, event: nil))
            streams.append(stream)
            start = end
        }
        reallocating = Array(repeating: nil, count: streams.count)
        payloadBytes = blocks.reduce(0) { $0 + UInt64($1.payloadBytes) }
    }

    /// What has been lost of the events so far.
    public var losses: TraceLosses {
        streams.reduce(into: TraceLosses()) { sum, stream in
            sum.damagedBlocks += stream.losses.damagedBlocks
            sum.damagedEvents += stream.losses.damagedEvents
            sum.missingBlocks += stream.losses.missingBlocks
            if let offset = stream.losses.firstOffset { sum.noteDamage(at: offset) }
        }
    }

    /// How much of the process's events has been read, from 0 to 1. Takes time in proportion to the number of threads.
    public var progress: Double {
        payloadBytes == 0 ? 1 : Double(streams.reduce(0) { $0 + $1.bytesRead }) / Double(payloadBytes)
    }

    public mutating func next() throws(TraceError) -> AllocationEvent? {
        if let event = waiting {
            waiting = nil
            return event
        }
        while let (stream, event) = try nextEncoded() {
            if let event = translated(event, stream) { return event }
        }
        return nil
    }

    // MARK: The merge

    /// Returns the next event of all streams, and its stream.
    private mutating func nextEncoded() throws(TraceError) -> (stream: Int, event: EncodedEvent)? {
        while true {
            guard let first = queue.first else { return nil }
            let event = try streams[first.stream].next(stopsAtDamage: stopsAtDamage)
            if let event {
                queue.replaceFirst(
                    StreamQueue.Entry(
                        tick: event.tick, isAllocation: event.isAllocation, stream: first.stream, event: event))
            } else {
                queue.removeFirst()
            }
            // The first entry of a stream has no event: only the time from which on it has some.
            if let taken = first.event { return (first.stream, taken) }
        }
    }

    // MARK: Reallocations

    private mutating func translated(_ encoded: EncodedEvent, _ stream: Int) -> AllocationEvent? {
        let time = clock.nanoseconds(at: encoded.tick)
        let thread = streams[stream].thread
        switch encoded.action {
        case .allocate(let block, let bytes, let alignment, let isZeroed):
            return afterFreeing(
                block,
                AllocationEvent(
                    time: time, thread: thread,
                    action: .allocate(block: block, bytes: bytes, alignment: alignment, isZeroed: isZeroed)))
        case .free(let block):
            return AllocationEvent(time: time, thread: thread, action: .free(block: block))
        case .beginReallocation(let block):
            forgetReallocation(of: stream)
            reallocating[stream] = block
            reallocated[block] = stream
            return nil
        case .endReallocation(let block, let bytes):
            let old = reallocating[stream]
            let isWhole = old.map { reallocated[$0] == stream } ?? false
            forgetReallocation(of: stream)
            let action: AllocationAction =
                if isWhole, let old {
                    .reallocate(block: old, to: block, bytes: bytes)
                } else {
                    .allocate(block: block, bytes: bytes, alignment: 0, isZeroed: false)
                }
            return afterFreeing(block, AllocationEvent(time: time, thread: thread, action: action))
        case .failReallocation:
            forgetReallocation(of: stream)
            return nil
        case .endThread:
            forgetReallocation(of: stream)
            return AllocationEvent(time: time, thread: thread, action: .endThread)
        }
    }

    /// Returns an event by which a block gets an address; or, if another thread's reallocation has just given the address up, that
    /// free, with the event waiting.
    private mutating func afterFreeing(_ block: UInt64, _ event: AllocationEvent) -> AllocationEvent {
        guard !reallocated.isEmpty, let owner = reallocated.removeValue(forKey: block) else { return event }
        waiting = event
        return AllocationEvent(time: event.time, thread: streams[owner].thread, action: .free(block: block))
    }

    private mutating func forgetReallocation(of stream: Int) {
        guard let block = reallocating[stream] else { return }
        reallocating[stream] = nil
        if reallocated[block] == stream { reallocated[block] = nil }
    }
}

extension EncodedEvent {
    /// Whether an address comes into use: of events with one time, these come last.
    var isAllocation: Bool {
        switch action {
        case .allocate, .endReallocation: true
        case .free, .beginReallocation, .failReallocation, .endThread: false
        }
    }
}
