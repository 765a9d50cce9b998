import PageHeapReplay
import PageHeapTrace
import TestSupport
import Testing

@Suite struct PolicyReplayTests {
    private static let seed = UInt64(environmentNumber("PAGEHEAP_SEED") ?? 1)

    private func replay(_ list: EventList, _ policy: ReplayPolicy = .standard, idle: Int64 = 10_000_000_000) throws
        -> PolicyResult
    {
        var list = list
        return try PolicyReplay(policy, idle: idle).run(&list)
    }

    /// A program that holds many blocks, frees nearly all of them, and waits.
    private static func spike(megabytes: UInt64, bytes: UInt64 = 1000) -> EventList {
        let blocks = megabytes << 20 / bytes
        var events: [AllocationEvent] = []
        for block in 0..<blocks {
            events.append(
                AllocationEvent(
                    time: block * 1000, thread: 0,
                    action: .allocate(block: 16 * block + 16, bytes: bytes, alignment: 0, isZeroed: false)))
        }
        for block in 0..<blocks - 1 {
            events.append(
                AllocationEvent(time: (blocks + block) * 1000, thread: 0, action: .free(block: 16 * block + 16)))
        }
        return EventList(events)
    }

    @Test func bytesInUseAreThoseOfTheTrace() throws {
        for seed in Self.seed..<Self.seed + 3 {
            let list = EventList.random(seed: seed, count: 20_000)
            let result = try replay(list)
            let (peak, final) = list.bytesInUse
            #expect(result.peakInUseBytes == peak, "seed \(seed)")
            #expect(result.finalInUseBytes == final, "seed \(seed)")
            #expect(result.counts.unmatched == 0 && result.counts.refused == 0, "seed \(seed)")
            // All of a block is touched, so memory holds at least what the program asked for.
            #expect(result.peakResidentBytes >= peak, "seed \(seed)")
            #expect(result.finalResidentBytes >= final, "seed \(seed)")
            #expect(result.idleResidentBytes >= final, "seed \(seed)")
            #expect(result.counts.threads == 3)
        }
    }

    @Test func theSameTraceGivesTheSameResult() throws {
        let list = EventList.random(seed: Self.seed, count: 30_000)
        let first = try replay(list)
        for _ in 0..<3 { #expect(try replay(list) == first, "seed \(Self.seed)") }
    }

    @Test func theHeapMakesOnlyValidCalls() throws {
        let heap = try #require(ReplayHeap(.standard, ReplayMachine()))
        var list = EventList.random(seed: Self.seed, count: 20_000)
        var places: [UInt64: UInt] = [:]
        while let event = list.next() {
            heap.advance(to: Int64(event.time))
            switch event.action {
            case .allocate(let block, let bytes, let alignment, _):
                let place = heap.allocate(bytes, alignment: alignment, in: event.thread)
                places[block] = place
                if let place, alignment > 16 { #expect(place % UInt(alignment) == 0) }
            case .free(let block):
                if let place = places.removeValue(forKey: block) { heap.free(place, in: event.thread) }
            case .reallocate(let block, let target, let bytes):
                let old = places.removeValue(forKey: block)
                let place = try #require(old)
                places[target] = heap.reallocate(place, to: bytes, in: event.thread)
            case .endThread: heap.endThread(event.thread)
            }
        }
        #expect(heap.violations == 0, "seed \(Self.seed)")
        #expect(Set(places.values).count == places.count, "seed \(Self.seed)")
        heap.shutDown()
    }

    @Test func theScavengerGivesMemoryBackInVirtualTime() throws {
        let result = try replay(Self.spike(megabytes: 64))
        #expect(result.peakResidentBytes > 64 << 20)
        #expect(result.peakResidentBytes < 70 << 20)
        #expect(result.idleResidentBytes < 8 << 20)
        #expect(result.releasedBytes > 56 << 20)
        #expect(result.workerCPUSeconds > 0)
        #expect(result.faults >= 64 << 20 / 4096)
    }

    @Test func withoutScavengerNothingIsGivenBack() throws {
        let result = try replay(Self.spike(megabytes: 64), try ReplayPolicy("PAGEHEAP_SCAVENGER=off"))
        #expect(result.idleResidentBytes >= 64 << 20)
        #expect(result.releasedBytes == 0)
        #expect(result.workerCPUSeconds == 0)
    }

    /// Memory that is kept while the program waits has its price.
    @Test func keepingMemoryForAMinuteCostsMoreThanGivingItBack() throws {
        let list = Self.spike(megabytes: 64)
        let kept = try replay(list, try ReplayPolicy("PAGEHEAP_SCAVENGER=off"), idle: 60_000_000_000)
        let released = try replay(list, idle: 60_000_000_000)
        #expect(kept.cost > 2 * released.cost)
        #expect(kept.meanResidentBytes > 60 << 20)
        #expect(released.meanResidentBytes < 8 << 20)
    }

    @Test func callersReleaseIfThePolicySaysSo() throws {
        let list = EventList.random(seed: Self.seed, count: 40_000)
        let result = try replay(list, try ReplayPolicy("PAGEHEAP_SCAVENGER=caller"))
        #expect(result.workerCPUSeconds == 0)
        #expect(result.callerCPUSeconds > 0)
        #expect(result.releasedBytes > 0)
    }

    @Test func memoryThatIsNeededAgainIsCounted() throws {
        var events = Self.spike(megabytes: 32).events
        let pause = (events.last?.time ?? 0) + 8_000_000_000
        for event in Self.spike(megabytes: 32).events {
            var event = event
            event.time += pause
            if case .allocate(let block, let bytes, _, _) = event.action {
                event.action = .allocate(block: block + 1, bytes: bytes, alignment: 0, isZeroed: false)
            } else if case .free(let block) = event.action {
                event.action = .free(block: block + 1)
            }
            events.append(event)
        }
        let result = try replay(EventList(events))
        #expect(result.refaultedBytes > 16 << 20)
        #expect(result.refaultedBytes <= result.releasedBytes)
    }

    @Test func aHardLimitRefuses() throws {
        let result = try replay(Self.spike(megabytes: 32), try ReplayPolicy("PAGEHEAP_HARD_LIMIT=16M"))
        #expect(result.counts.refused > 0)
        // The limit does not count what the malloc has of its own, such as thread caches.
        #expect(result.peakResidentBytes <= 17 << 20)
    }

    @Test func largeBlocksGrowWithoutBeingResidentTwice() throws {
        var events: [AllocationEvent] = []
        var bytes: UInt64 = 1 << 20
        events.append(
            AllocationEvent(
                time: 0, thread: 0, action: .allocate(block: 16, bytes: bytes, alignment: 0, isZeroed: false)))
        for step in 1...9 {
            bytes *= 2
            // Something in the way, so that the block has to move.
            events.append(
                AllocationEvent(
                    time: UInt64(step) * 1000, thread: 0,
                    action: .allocate(block: UInt64(step) << 32, bytes: 300_000, alignment: 0, isZeroed: false)))
            events.append(
                AllocationEvent(
                    time: UInt64(step) * 1000, thread: 0, action: .reallocate(block: 16, to: 16, bytes: bytes)))
        }
        let result = try replay(EventList(events))
        #expect(result.peakResidentBytes >= 512 << 20)
        #expect(result.peakResidentBytes < 530 << 20)
    }

    /// More blocks than may be moved by their page tables: the others are copied in pieces.
    @Test func manyGrowingBlocksAreReplayed() throws {
        var events: [AllocationEvent] = []
        for block in 1...UInt64(300) {
            events.append(
                AllocationEvent(
                    time: block, thread: 0,
                    action: .allocate(block: block, bytes: 1 << 20, alignment: 0, isZeroed: false)))
        }
        for step in UInt64(2)...4 {
            for block in 1...UInt64(300) {
                events.append(
                    AllocationEvent(
                        time: 1000 * step + block, thread: 0,
                        action: .reallocate(block: block, to: block, bytes: step << 20)))
            }
        }
        let result = try replay(EventList(events))
        #expect(result.refaultedBytes <= result.releasedBytes)
        #expect(result.finalInUseBytes == 1200 << 20)
        #expect(result.finalResidentBytes >= 1200 << 20)
        #expect(result.counts.refused == 0)
    }

    @Test func whatTheTraceLacksIsCounted() throws {
        let list = EventList([
            AllocationEvent(time: 0, thread: 0, action: .free(block: 1)),
            AllocationEvent(time: 1, thread: 0, action: .reallocate(block: 2, to: 3, bytes: 100)),
            AllocationEvent(time: 2, thread: 7, action: .allocate(block: 3, bytes: 50, alignment: 0, isZeroed: false)),
            AllocationEvent(
                time: 3, thread: 0, action: .allocate(block: 4, bytes: .max, alignment: 3, isZeroed: false)),
            AllocationEvent(time: 4, thread: 9, action: .endThread),
        ])
        let result = try replay(list)
        #expect(result.counts.unmatched == 3)
        #expect(result.counts.refused == 1)
        #expect(result.finalInUseBytes == 50)
    }

    @Test func aReplayCanBeStopped() throws {
        var list = EventList.random(seed: 1, count: 20_000)
        var questions = 0
        let result = try PolicyReplay(.standard).run(&list) { _ in
            questions += 1
            return questions == 2
        }
        #expect(!result.isComplete)
        #expect(result.counts.total > 7000 && result.counts.total < 9000)
        #expect(result.peakResidentBytes > 0)
    }

    @Test func moreThreadsThanCachesAreReplayed() throws {
        let events = (0..<UInt64(5000)).map { number in
            AllocationEvent(
                time: number, thread: UInt32(number),
                action: .allocate(block: number + 1, bytes: 64, alignment: 0, isZeroed: false))
        }
        let result = try replay(EventList(events))
        #expect(result.counts.threads == 5000)
        #expect(result.finalInUseBytes == 5000 * 64)
    }

    @Test(arguments: [
        "RETAIN_PERCENT=0", "PAGEHEAP_RETAIN_PERCENT=101", "PAGEHEAP_RETAIN", "PAGEHEAP_NOTHING=1", "",
        "PAGEHEAP_CONTROL=1", "PAGEHEAP_SAMPLE_BYTES=1M", "PAGEHEAP_RETAIN_PERCENT=0,",
    ])
    func aBadPolicyIsRefused(_ text: String) {
        #expect(throws: ReplayPolicyError.self) { try ReplayPolicy(text) }
    }

    @Test func aPolicyIsNamedByItsSettings() throws {
        #expect(
            try ReplayPolicy("PAGEHEAP_RETAIN_PERCENT=0,PAGEHEAP_PACER=controller").name
                == "RETAIN_PERCENT=0,PACER=controller")
    }

    @Test func aCurveOfManyEventsHasFewPoints() throws {
        let result = try replay(EventList.random(seed: 2, count: 60_000))
        #expect(result.curve.count <= ReplayCurve.limit + 2)
        #expect(result.curve.count > 500)
        #expect(result.curve.map(\.resident).max() == result.peakResidentBytes)
        #expect(zip(result.curve, result.curve.dropFirst()).allSatisfy { $0.time <= $1.time })
    }
}
