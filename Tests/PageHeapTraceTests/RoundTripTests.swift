import Testing

@testable import PageHeapTrace

/// What is written is read.
struct RoundTripTests {
    @Test(arguments: [1, 2, 7] as [UInt32])
    func eventsAreReadInTheOrderInWhichTheyWereWritten(_ threads: UInt32) throws {
        for round in 0..<3 as Range<UInt64> {
            let seed = traceSeed &+ round &* 1000
            let events = RandomEvents.events(8000, seed: seed, threads: threads)
            let trace = try TraceFileOfTest([events])
            let reader = try trace.reader()
            var read = reader.events(of: try #require(reader.processes.first), onDamage: .stop)
            #expect(try read.rest() == events, "PAGEHEAP_SEED=\(traceSeed), round \(round)")
            #expect(read.losses == TraceLosses() && reader.losses.isComplete)
        }
    }

    @Test func eachProcessHasItsOwnEvents() throws {
        let first = RandomEvents.events(3000, seed: traceSeed, threads: 2)
        let second = RandomEvents.events(20, seed: traceSeed &+ 1, threads: 1)
        let reader = try TraceFileOfTest([first, second, []]).reader()
        #expect(reader.startedAt == 1_700_000_000_000_000_000)
        #expect(reader.processes.map(\.name) == ["program-0", "program-1", "program-2"])
        #expect(reader.processes.map(\.identifier) == [100, 101, 102])
        #expect(reader.processes.map(\.forkedFrom) == [nil, 0, 0])
        #expect(reader.processes[1].arguments == ["program-1", "", "last"])
        #expect(reader.processes.map(\.threadCount) == [2, 1, 0])
        #expect(reader.processes.map(\.start) == [0, 1, 2])
        var events = reader.processes.map { reader.events(of: $0) }
        #expect(try events[0].rest() == first)
        #expect(try events[1].rest() == second)
        #expect(try events[2].rest() == [])
        // As often as one likes.
        var again = reader.events(of: reader.processes[1])
        #expect(try again.rest() == second)
    }

    @Test func sizesAddressesAndTimesKeepAllTheirBits() throws {
        let numbers = (0..<64).flatMap { [UInt64(1) << $0, (UInt64(1) << $0) - 1, (UInt64(1) << $0) + 1] } + [.max]
        var time: UInt64 = 0
        let events = numbers.flatMap { number -> [AllocationEvent] in
            time += number >> 12
            return [
                AllocationEvent(
                    time: time, thread: 0,
                    action: .allocate(block: number, bytes: number, alignment: 0, isZeroed: false)),
                AllocationEvent(time: time, thread: 0, action: .free(block: number)),
                AllocationEvent(
                    time: time, thread: 0,
                    action: .allocate(block: ~number, bytes: number, alignment: number, isZeroed: true)),
                AllocationEvent(time: time, thread: 0, action: .reallocate(block: ~number, to: 8, bytes: number)),
                AllocationEvent(time: time, thread: 0, action: .free(block: 8)),
            ]
        }
        let reader = try TraceFileOfTest([events]).reader()
        var read = reader.events(of: reader.processes[0], onDamage: .stop)
        #expect(try read.rest() == events)
    }

    @Test func anEventTakesFourToSixBytes() throws {
        var time: UInt64 = 0
        var events: [AllocationEvent] = []
        for index in 0..<100_000 as Range<UInt64> {
            time += 40
            let block = 0x5555_0000_0000 + index % 1000 * 80
            if index >= 1000 { events.append(AllocationEvent(time: time, thread: 0, action: .free(block: block))) }
            events.append(
                AllocationEvent(
                    time: time, thread: 0, action: .allocate(block: block, bytes: 72, alignment: 0, isZeroed: false)))
        }
        let trace = try TraceFileOfTest([events])
        // The writer gives each event a time of its own, of three bytes; recorders do not.
        let share = Double(try trace.bytes.count) / Double(events.count)
        #expect(share > 2 && share < 8, "\(share) bytes per event")
    }

    @Test func aReallocationWhoseOldPlaceAnotherThreadGetsIsAFreeAndAnAllocation() throws {
        // Written by hand: the writer has no reallocation that takes time.
        var block = BlockImage(thread: 0)
        block.encode { $0.allocate(0x1000, bytes: 100, .tick(10)) }
        block.encode { $0.beginReallocation(0x1000, .tick(20)) }
        block.encode { $0.endReallocation(0x2000, bytes: 200, .tick(40)) }
        block.encode { $0.beginReallocation(0x2000, .tick(50)) }
        block.encode { $0.failReallocation(.tick(60)) }
        block.encode { $0.free(0x2000, .tick(70)) }
        var other = BlockImage(thread: 1)
        other.encode { $0.allocate(0x1000, bytes: 50, .tick(30)) }
        other.encode { $0.beginReallocation(0x1000, .tick(32)) }
        other.encode { $0.endReallocation(0x3000, bytes: 60, .tick(80)) }
        let trace = try TraceFileOfTest()
        try trace.write(BlockImage.file([block, other]))
        let reader = try trace.reader()
        var events = reader.events(of: reader.processes[0], onDamage: .stop)
        #expect(
            try events.rest().map(\.action) == [
                .allocate(block: 0x1000, bytes: 100, alignment: 0, isZeroed: false),
                .free(block: 0x1000),
                .allocate(block: 0x1000, bytes: 50, alignment: 0, isZeroed: false),
                .allocate(block: 0x2000, bytes: 200, alignment: 0, isZeroed: false),
                .free(block: 0x2000),
                .reallocate(block: 0x1000, to: 0x3000, bytes: 60),
            ])
    }
}
