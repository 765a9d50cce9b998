import PageHeapCore
import PageHeapSimulation
import Testing

/// The memory limit: its goal, what the worker does for it, and what allocations do.
struct MemoryLimitTests {
    private func heap(
        limit: ByteCount?, extra percent: UInt = 10, _ machine: SimulatedMachine = SimulatedMachine()
    ) throws -> TestPageHeap {
        var configuration = HeapConfiguration.original
        configuration.memoryLimit = limit
        configuration.retainExtraPercent = percent
        return try TestPageHeap(machine, configuration)
    }

    private func released(_ test: TestPageHeap) -> ByteCount { test.heap.figures().ledger.releasedForLimitTotal }

    @Test func theLimitCanBeSetAndRemoved() throws {
        let test = try heap(limit: nil)
        #expect(test.heap.memoryLimit == nil)
        #expect(test.heap.figures().limitGoal == .maximum)
        test.heap.setMemoryLimit(100_000_000)
        #expect(test.heap.memoryLimit == 100_000_000)
        #expect(test.heap.figures().limitGoal == 95_000_000)
        test.heap.setMemoryLimit(nil)
        #expect(test.heap.memoryLimit == nil && test.heap.figures().limitGoal == .maximum)
        let limited = try heap(limit: 1_000_000)
        withExtendedLifetime(limited) { #expect(limited.heap.figures().limitGoal == 950_000) }
    }

    @Test(arguments: [0, 1, .maximum - 1, .maximum] as [ByteCount])
    func extremeLimitsDoNoHarm(_ limit: ByteCount) throws {
        let test = try heap(limit: limit)
        let kept = try test.makeFragments(40, ofPages: 20, keepingEach: 2)
        #expect(test.heap.memoryLimit == (limit == .maximum ? nil : limit))
        test.heap.setMemoryLimit(limit)
        #expect(test.allocate(5000) != nil)
        for address in kept { #expect(test.simulated.touch(address, PageCount(20).bytes) == 0) }
        if limit.rawValue > 1 << 40 { #expect(released(test) == 0) }
        test.checkInvariants()
    }

    @Test func anAllocationBeyondTheLimitFirstReleasesWhatIsMissing() throws {
        let test = try heap(limit: nil)
        _ = try test.makeFragments(80, ofPages: 20, keepingEach: 2)
        test.heap.setMemoryLimit(test.mapped + ByteCount(100_000))
        #expect(test.allocate(12) != nil)  // 98,304 bytes from free memory that is retained: nothing changes
        #expect(released(test) == 0)
        let limit = try #require(test.heap.memoryLimit)
        #expect(test.allocate(64) != nil)
        #expect(test.mapped <= limit && test.mapped + PageGeometry.pageBytes > limit)
        #expect(released(test).rawValue > 200_000)
        test.checkInvariants()
    }

    @Test func anAllocationReleasesAtMostAMegabyte() throws {
        let test = try heap(limit: nil)
        _ = try test.makeFragments(400, ofPages: 20, keepingEach: 2)
        test.heap.setMemoryLimit(test.mapped)
        #expect(test.allocate(4096) != nil)
        #expect(released(test) == ByteCount(1 << 20))
    }

    @Test func pagesFromAPageCacheCountAgainstTheLimit() throws {
        let test = try heap(limit: nil)
        let kept = try test.makeFragments(80, ofPages: 20, keepingEach: 2)
        _ = test.heap.releaseFreeMemory { 0 }
        for address in kept.prefix(20) { test.heap.freePages(address, 20) }
        let limit = test.mapped
        test.heap.setMemoryLimit(limit)
        // Pages without memory, one at a time.
        for _ in 0..<300 { #expect(test.allocate(1) != nil) }
        #expect(released(test) > 0)
        #expect(test.mapped <= limit)
        test.checkInvariants()
    }

    @Test func assistsTakeAtMostTheirShareOfTime() throws {
        let test = try heap(limit: nil)
        _ = try test.makeFragments(4000, ofPages: 20, keepingEach: 2)
        test.heap.setMemoryLimit(1_000_000)
        // The clock stands still: a megabyte counts as 2.56 ms, and 10 ms may be taken in advance.
        for _ in 0..<10 { #expect(test.allocate(600) != nil) }
        #expect(released(test) == ByteCount(4 << 20))
        // 1 ms pays off half a millisecond of debt, which allows one more assist.
        test.simulated.advance(nanoseconds: 1_000_000)
        for _ in 0..<10 { #expect(test.allocate(600) != nil) }
        #expect(released(test) == ByteCount(5 << 20))
        test.simulated.setMonotonic(nanoseconds: -5_000_000_000)
        for _ in 0..<10 { #expect(test.allocate(600) != nil) }
        #expect(released(test) == ByteCount(5 << 20), "a clock that falls pays nothing off")
    }

    @Test func aLimitBelowMemoryInUseCostsAllocationsNothing() throws {
        let test = try heap(limit: 1_000_000)
        for _ in 0..<200 { _ = try test.use(64) }
        #expect(test.system.calls(.release).isEmpty)
        #expect(test.heap.figures().generation == 0)
        #expect(test.heap.figures().ledger.inUse == PageCount(200 * 64).bytes)
    }

    @Test func aRandomProgramStaysWithinTheLimit() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let limit = ByteCount(13 << 20)
        let test = try heap(limit: limit)
        var live: [(address: UInt, pages: UInt)] = []
        var pages: UInt = 0
        for step in 0..<TestRun.operations(3000) {
            let count = UInt.random(in: 1...100, using: &generator)
            if pages + count <= 1500 {
                live.append((try test.use(count), count))
                pages += count
            } else {
                while pages > 1000 {
                    let victim = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                    test.heap.freePages(victim.address, PageCount(victim.pages))
                    pages -= victim.pages
                }
            }
            test.simulated.advance(nanoseconds: 100_000_000)
            // A generation may cost a page of the heap's own books, which nothing offsets before the next request.
            #expect(test.mapped <= limit + 4096, "PAGEHEAP_SEED=\(TestRun.seed), step \(step)")
            #expect(test.simulated.residentBytes <= test.heap.figures().ledger.retained)
        }
        #expect(released(test) > 0)
        test.checkInvariants()
    }
}
