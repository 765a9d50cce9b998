import PageHeapCore
import PageHeapSimulation
import Testing

/// The memory limit that follows from that of the container.
struct ContainerLimitTests {
    private func heap(_ change: (inout HeapConfiguration) -> Void = { _ in }) throws -> TestPageHeap {
        var configuration = HeapConfiguration.original
        change(&configuration)
        return try TestPageHeap(SimulatedMachine(), configuration)
    }

    private func container(_ test: TestPageHeap, left: Int?) {
        // The margin of the limit is left over.
        let limit = left.map {
            MemoryAllowance(limit: 20_000_000, left: $0.addingReportingOverflow(1_000_000).partialValue)
        }
        test.simulated.setSurroundings(Surroundings(limit: limit))
    }

    @Test func theLimitIsWhatTheHeapHasAndWhatIsLeft() throws {
        let test = try heap()
        _ = try test.use(1000)
        #expect(test.heap.memoryLimit == nil && test.heap.memoryLimitOrigin == .none)
        container(test, left: 5_000_000)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == test.mapped + 5_000_000)
        #expect(test.heap.figures().values.memory_limit_origin == 2)
        // What the heap itself takes changes what is left, and not the limit.
        let before = try #require(test.heap.memoryLimit)
        let address = try test.use(100)
        container(test, left: 5_000_000 - 100 * 8192)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == before)
        // What others take makes it smaller.
        container(test, left: 1_000_000)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == test.mapped + 1_000_000)
        test.heap.freePages(address, 100)
        container(test, left: nil)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == nil && test.heap.memoryLimitOrigin == .none)
    }

    @Test(arguments: [.min, -1 << 40, -1, .max] as [Int], [0, 1_000_000_000_000, .maximum] as [ByteCount])
    func extremeFiguresDoNoHarm(_ left: Int, _ limit: ByteCount) throws {
        let test = try heap()
        let kept = try test.makeFragments(40, ofPages: 20, keepingEach: 2)
        let allowance = MemoryAllowance(limit: limit, left: left)
        test.simulated.setSurroundings(Surroundings(limit: allowance))
        test.heap.readSurroundings()
        #expect((test.heap.memoryLimit ?? .maximum) >= 1)
        for _ in 0..<20 { _ = try test.use(30) }
        for address in kept { #expect(test.simulated.touch(address, PageCount(20).bytes) == 0) }
        test.checkInvariants()
    }

    @Test func aLimitThatWasSetOrRemovedTakesPrecedence() throws {
        for test in [
            try heap { $0.memoryLimit = 1_000_000 }, try heap { $0.followsContainerLimit = false },
            try heap { $0.cycles = .runtime },
        ] {
            let limit = test.heap.memoryLimit
            container(test, left: 5000)
            test.heap.readSurroundings()
            #expect(test.heap.memoryLimit == limit)
        }
        let test = try heap()
        container(test, left: 5000)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimitOrigin == .container)
        test.heap.setMemoryLimit(2_000_000)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == 2_000_000 && test.heap.memoryLimitOrigin == .configuration)
        test.heap.setMemoryLimit(nil)
        test.heap.readSurroundings()
        #expect(test.heap.memoryLimit == nil && test.heap.memoryLimitOrigin == .none)
    }

    @Test func anUnreadableSystemChangesNothing() throws {
        let test = try heap()
        container(test, left: 5000)
        test.heap.readSurroundings()
        let limit = test.heap.memoryLimit
        test.simulated.setSurroundings(nil)
        test.heap.readSurroundings()
        #expect(limit != nil && test.heap.memoryLimit == limit)
    }

    @Test func aHeapAsksAsItGrowsAndThenOnceASecondAsItTakesMemory() throws {
        let test = try heap()
        container(test, left: 1 << 30)
        let isDue = { (test: TestPageHeap) -> Bool in
            let before = test.simulated.readingsOfSurroundings
            test.heap.readSurroundingsIfWanted()
            return test.simulated.readingsOfSurroundings > before
        }
        let first = try test.use(1024)
        #expect(!isDue(test), "8 MiB matter to no container")
        _ = try test.use(1024)
        #expect(isDue(test) && !isDue(test))
        _ = try test.use(1024)
        #expect(!isDue(test), "the last reading is new")
        test.simulated.advance(nanoseconds: Tunables.readingNanoseconds)
        #expect(!isDue(test), "nothing is taken")
        _ = try test.use(1)
        #expect(isDue(test))
        // Memory that the heap still has can be used without asking.
        test.heap.freePages(first, 1024)
        test.simulated.advance(nanoseconds: Tunables.readingNanoseconds)
        _ = try test.use(512)
        #expect(!isDue(test))
    }

    @Test func memoryThatIsFreeGoesBackWhenOthersNeedIt() throws {
        let test = try heap()
        _ = try test.makeFragments(400, ofPages: 20, keepingEach: 2)
        container(test, left: -1_000_000)
        test.heap.readSurroundings()
        let limit = try #require(test.heap.memoryLimit)
        #expect(limit == test.mapped - 1_000_000)
        for _ in 0..<8 {
            _ = try test.use(64)
            test.simulated.advance(nanoseconds: 10_000_000)
        }
        #expect(test.mapped <= limit)
        #expect(test.heap.figures().ledger.releasedForLimitTotal > 1_000_000)
        test.checkInvariants()
    }
}
