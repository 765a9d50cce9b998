import CPageHeapReplay
import PageHeapTrace

/// Turns the events of a trace into those that `pageheap-replayer` performs: blocks and threads get small numbers, which are
/// used again, so the replayer's table is as long as there are blocks at a time.
///
/// What cannot be performed is left out and counted, as in a replay in virtual time.
package struct StreamCompiler {
    package private(set) var counts = EventCounts()

    private var live = LiveBlocks<UInt32>()
    private var freeBlocks: [UInt32] = []
    private var blocks: UInt32 = 0
    private var threads: [UInt32: UInt16] = [:]
    private var freeThreads: [UInt16] = []
    private var seenThreads: UInt16 = 0
    /// The time of the first event, which is 0 in the stream.
    private var origin: UInt64?

    package init() {}

    /// Appends what an event comes to: nothing, one event or several.
    package mutating func compile(_ event: AllocationEvent, into stream: inout [pageheap_replay_event]) {
        let origin = origin ?? event.time
        self.origin = origin
        var event = event
        event.time = event.time > origin ? event.time - origin : 0
        if case .endThread = event.action { return end(event.thread, event.time, &stream) }
        let thread = number(of: event.thread)
        switch event.action {
        case .allocate(let block, let bytes, let alignment, _):
            counts.allocations += 1
            if free(block, event.time, thread, &stream) { counts.unmatched += 1 }
            allocate(block, bytes, alignment, event.time, thread, &stream)
        case .free(let block):
            counts.frees += 1
            if !free(block, event.time, thread, &stream) { counts.unmatched += 1 }
        case .reallocate(let block, let target, let bytes):
            counts.reallocations += 1
            guard let found = live.remove(block) else {
                counts.unmatched += 1
                _ = free(target, event.time, thread, &stream)
                return allocate(target, bytes, 0, event.time, thread, &stream)
            }
            if target != block && free(target, event.time, thread, &stream) { counts.unmatched += 1 }
            live.add(target, found.place, bytes)
            stream.append(
                Self.event(event.time, PAGEHEAP_REPLAY_REALLOCATE, found.place, thread, Self.bounded(bytes)))
        case .endThread: break
        }
    }

    private mutating func allocate(
        _ block: UInt64, _ bytes: UInt64, _ alignment: UInt64, _ time: UInt64, _ thread: UInt16,
        _ stream: inout [pageheap_replay_event]
    ) {
        let place = freeBlocks.popLast() ?? blocks
        if place == blocks { blocks += 1 }
        live.add(block, place, bytes)
        var event = Self.event(time, PAGEHEAP_REPLAY_ALLOCATE, place, thread, Self.bounded(bytes))
        let isAligned = alignment > 16 && alignment <= 1 << 30 && alignment & (alignment - 1) == 0
        event.alignment_log2 = isAligned ? UInt8(alignment.trailingZeroBitCount) : 0
        stream.append(event)
    }

    /// Returns false if there is no such block.
    private mutating func free(
        _ block: UInt64, _ time: UInt64, _ thread: UInt16, _ stream: inout [pageheap_replay_event]
    ) -> Bool {
        guard let found = live.remove(block) else { return false }
        freeBlocks.append(found.place)
        stream.append(Self.event(time, PAGEHEAP_REPLAY_FREE, found.place, thread, 0))
        return true
    }

    private mutating func end(_ thread: UInt32, _ time: UInt64, _ stream: inout [pageheap_replay_event]) {
        guard let number = threads.removeValue(forKey: thread) else { return }
        // Threads beyond the most share the last number.
        guard number < Self.lastThread else { return }
        freeThreads.append(number)
        stream.append(Self.event(time, PAGEHEAP_REPLAY_END_THREAD, 0, number, 0))
    }

    private mutating func number(of thread: UInt32) -> UInt16 {
        if let number = threads[thread] { return number }
        counts.threads += 1
        let number = freeThreads.popLast() ?? seenThreads
        if number == seenThreads && seenThreads < Self.lastThread { seenThreads += 1 }
        if threads.count < 1 << 20 { threads[thread] = number }
        return number
    }

    private static let lastThread = UInt16(PAGEHEAP_REPLAY_THREADS - 1)

    /// A request that no allocator grants, instead of one that overflows in some.
    private static func bounded(_ bytes: UInt64) -> UInt64 { min(bytes, 1 << 62) }

    private static func event(
        _ time: UInt64, _ action: pageheap_replay_action, _ block: UInt32, _ thread: UInt16, _ bytes: UInt64
    ) -> pageheap_replay_event {
        pageheap_replay_event(
            nanoseconds: time, bytes: bytes, block: block, thread: thread, action: UInt8(action.rawValue),
            alignment_log2: 0)
    }
}
