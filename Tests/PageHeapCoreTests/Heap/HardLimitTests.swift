import PageHeapCore
import PageHeapSimulation
import Testing

/// The hard limit of a heap of pages.
struct HardLimitTests {
    private func heap(limit: ByteCount?) throws -> TestPageHeap {
        var configuration = HeapConfiguration.original
        configuration.hardLimit = limit
        return try TestPageHeap(SimulatedMachine(), configuration)
    }

    /// What the limit counts.
    private func counted(_ test: TestPageHeap) -> ByteCount {
        let figures = test.heap.figures()
        return figures.ledger.system - figures.ledger.released + figures.metadata
    }

    @Test func aRequestBeyondTheLimitIsRefused() throws {
        let test = try heap(limit: ByteCount(16 << 20))
        #expect(test.heap.hardLimit == ByteCount(16 << 20))
        let first = try test.use(1024)
        #expect(test.allocate(1024) == nil && test.allocate(1 << 40) == nil)
        #expect(test.allocate(512) != nil)
        #expect(counted(test) <= ByteCount(16 << 20))
        test.heap.freePages(first, 1024)
        #expect(test.allocate(1024) != nil, "what is free serves")
        test.checkInvariants()
    }

    @Test func freeMemoryElsewhereGoesBackFirst() throws {
        let test = try heap(limit: ByteCount(16 << 20))
        // 5 MiB are free, in pieces of 160 KiB.
        _ = try test.makeFragments(60, ofPages: 20, keepingEach: 2)
        let resident = test.simulated.residentBytes
        #expect(test.allocate(512) != nil)
        #expect(test.system.calls(.release).isEmpty, "there is room without it")
        #expect(test.allocate(512) != nil)
        #expect(test.simulated.residentBytes < resident)
        #expect(counted(test) <= ByteCount(16 << 20))
        #expect(test.allocate(1024) == nil)
        test.checkInvariants()
    }

    @Test func aRefusedRequestGivesNothingBackInVain() throws {
        let test = try heap(limit: ByteCount(16 << 20))
        _ = try test.makeFragments(80, ofPages: 20, keepingEach: 2)
        #expect(test.allocate(2048) == nil)
        #expect(test.system.calls(.release).isEmpty)
    }

    @Test func runsDoNotGrowBeyondTheLimit() throws {
        let test = try heap(limit: ByteCount(16 << 20))
        let address = try test.use(1024)
        #expect(test.heap.growInPlace(at: address + PageCount(1024).bytes.rawValue, by: 1024) == nil)
        #expect(test.heap.growInPlace(at: address + PageCount(1024).bytes.rawValue, by: 256) != nil)
    }

    @Test func theLowerLimitIsTheMemoryLimit() throws {
        let test = try heap(limit: 2_000_000)
        #expect(test.heap.memoryLimit == 2_000_000 && test.heap.memoryLimitOrigin == .hardLimit)
        test.heap.setMemoryLimit(1_000_000)
        #expect(test.heap.memoryLimit == 1_000_000 && test.heap.memoryLimitOrigin == .configuration)
        test.heap.setMemoryLimit(3_000_000)
        #expect(test.heap.memoryLimit == 2_000_000 && test.heap.memoryLimitOrigin == .hardLimit)
        test.heap.setHardLimit(nil)
        #expect(test.heap.memoryLimit == 3_000_000 && test.heap.hardLimit == nil)
        #expect(test.heap.figures().values.hard_limit_bytes == .max)
    }

    @Test(arguments: [1, .maximum - 1, .maximum] as [ByteCount])
    func extremeLimitsDoNoHarm(_ limit: ByteCount) throws {
        let test = try heap(limit: limit)
        #expect((test.allocate(100) == nil) == (limit == 1))
        test.checkInvariants()
    }

    @Test func aRandomProgramStaysWithinTheLimit() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let limit = ByteCount(13 << 20)
        let test = try heap(limit: limit)
        var live: [(address: UInt, pages: UInt)] = []
        var refused = 0
        for step in 0..<TestRun.operations(3000) {
            let count = UInt.random(in: 1...100, using: &generator)
            if let address = test.allocate(count) {
                test.simulated.touch(address, PageCount(count).bytes)
                live.append((address, count))
            } else {
                refused += 1
                // The pages in use leave no room: 13 MiB are 1,664 pages, a few of them for the heap's own books.
                #expect(live.reduce(count) { $0 + $1.pages } > 1560, "PAGEHEAP_SEED=\(TestRun.seed), step \(step)")
                for _ in 0..<min(live.count, 10) {
                    let victim = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                    test.heap.freePages(victim.address, PageCount(victim.pages))
                }
            }
            // Books that were made for the last pages are counted only now.
            #expect(counted(test) <= limit + 65536, "PAGEHEAP_SEED=\(TestRun.seed), step \(step)")
        }
        #expect(refused > 10)
        test.checkInvariants()
    }

    @Test func aMallocTakesEverythingBackBeforeItRefuses() throws {
        var configuration = HeapConfiguration.original
        configuration.hardLimit = ByteCount(16 << 20)
        let test = TestMalloc(SimulatedMachine(), configuration)
        var blocks: [UInt] = []
        while let block = test.allocate(3000) { blocks.append(block) }
        #expect(blocks.count > 4500)
        for block in blocks { test.free(block) }
        // Caches and spans of the one size are in the way of the other.
        var others: [UInt] = []
        while let block = test.allocate(20000) { others.append(block) }
        #expect(others.count > 650)
        #expect(test.damagedBlocks == 0)
        test.malloc.checkInvariants()
    }
}
