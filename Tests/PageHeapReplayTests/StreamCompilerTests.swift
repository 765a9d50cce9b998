import CPageHeapReplay
import PageHeapReplay
import PageHeapTrace
import TestSupport
import Testing

@Suite struct StreamCompilerTests {
    private static let seed = environmentNumber("PAGEHEAP_SEED") ?? 1

    private func compile(_ list: EventList) -> (stream: [pageheap_replay_event], counts: EventCounts) {
        var compiler = StreamCompiler()
        var stream: [pageheap_replay_event] = []
        for event in list.events { compiler.compile(event, into: &stream) }
        return (stream, compiler.counts)
    }

    /// What the replayer does with its table, in slow motion: a block is made where none is, and freed where one is.
    @Test func everyBlockIsMadeAndFreedOnce() {
        for seed in Self.seed..<Self.seed + 5 {
            let list = EventList.random(seed: seed, count: 10_000)
            let (stream, counts) = compile(list)
            var live: [UInt32: UInt64] = [:]
            var most = 0
            for event in stream {
                switch pageheap_replay_action(UInt32(event.action)) {
                case PAGEHEAP_REPLAY_ALLOCATE:
                    #expect(live[event.block] == nil, "seed \(seed)")
                    live[event.block] = event.bytes
                case PAGEHEAP_REPLAY_FREE: #expect(live.removeValue(forKey: event.block) != nil, "seed \(seed)")
                case PAGEHEAP_REPLAY_REALLOCATE:
                    #expect(live[event.block] != nil, "seed \(seed)")
                    live[event.block] = event.bytes
                default: #expect(event.action == UInt8(PAGEHEAP_REPLAY_END_THREAD.rawValue))
                }
                most = max(most, live.count)
            }
            #expect(live.values.reduce(0, +) == list.bytesInUse.final, "seed \(seed)")
            // Numbers are used again.
            #expect(stream.map(\.block).max().map { Int($0) < most } == true, "seed \(seed)")
            #expect(counts.unmatched == 0 && counts.total == 10_000, "seed \(seed)")
        }
    }

    @Test func threadsThatHaveEndedGiveTheirNumbersBack() {
        let events = (0..<UInt32(10_000)).flatMap { thread in
            [
                AllocationEvent(
                    time: UInt64(thread), thread: thread,
                    action: .allocate(block: UInt64(thread) + 1, bytes: 8, alignment: 0, isZeroed: false)),
                AllocationEvent(time: UInt64(thread), thread: thread, action: .endThread),
            ]
        }
        let (stream, counts) = compile(EventList(events))
        #expect(stream.allSatisfy { $0.thread == 0 })
        #expect(counts.threads == 10_000)
    }

    @Test func moreThreadsThanTheReplayerHasShareTheLast() {
        let events = (0..<UInt32(6000)).map { thread in
            AllocationEvent(
                time: 5, thread: thread,
                action: .allocate(block: UInt64(thread) + 1, bytes: 8, alignment: 64, isZeroed: false))
        }
        let (stream, _) = compile(EventList(events))
        #expect(stream.map(\.thread).max() == UInt16(PAGEHEAP_REPLAY_THREADS - 1))
        #expect(stream.allSatisfy { $0.alignment_log2 == 6 && $0.nanoseconds == 0 })
    }
}
