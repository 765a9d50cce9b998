import PageHeapCore
import PageHeapSimulation
import Testing

/// What counts as given back is what the kernel had: in these tests, what the simulated system had.
struct ReturnedMemoryTests {
    private func returned(_ test: TestMalloc) -> UInt64 { test.malloc.heap.figures().values.returned_bytes_total }

    /// The physical memory that a program made resident and that is not any more.
    private func gone(_ system: SimulatedOperatingSystem) -> UInt64 {
        UInt64(system.faults * 4096) - UInt64(system.residentBytes.rawValue)
    }

    @Test(arguments: [false, true])
    func ofABlockOf4GiBOnlyTheTouchedPageIsReturned(isForced: Bool) throws {
        let test = TestMalloc()
        let block = try #require(test.malloc.allocateAligned(4 << 30, alignment: 16))
        test.system.touch(UInt(bitPattern: block), 1)
        test.malloc.free(UInt(bitPattern: block))
        if isForced {
            let release = test.malloc.releaseFreeMemory()
            #expect(release.returned == 4096 && release.released >= ByteCount(4 << 30))
        } else {
            test.malloc.heap.search.startGeneration(atTop: true, using: test.system)
            #expect(test.malloc.heap.search.scavenge(.maximum, .background, using: test.system) >= ByteCount(4 << 30))
        }
        #expect(returned(test) == 4096)
        let values = test.malloc.heap.figures().values
        #expect(values.released_forced_bytes_total + values.released_background_bytes_total >= 4 << 30)
    }

    @Test func ofHolesOnlyTouchedPagesAreReturned() throws {
        let test = TestMalloc()
        let blocks = try (0..<8000).map { _ in try #require(test.malloc.allocateAligned(512, alignment: 16)) }
        for (place, block) in blocks.enumerated() {
            // One block in thirty-two stays, and of the others every fourth KiB is touched.
            if place % 32 == 0 || place % 16 == 8 { test.system.touch(UInt(bitPattern: block), 512) }
            if place % 32 != 0 { test.malloc.free(UInt(bitPattern: block)) }
        }
        var cycle = DemandCycle(now: 0)
        while test.runCycle(&cycle) {}
        let values = test.malloc.heap.figures().values
        #expect(values.released_in_use_bytes_total > 500_000)
        let released = values.released_in_use_bytes_total + values.released_background_bytes_total
        #expect(0 < values.returned_bytes_total && values.returned_bytes_total < released)
        #expect(values.returned_bytes_total == gone(test.system))
    }

    @Test func discardedContentsCountIfTheyWereThere() throws {
        let test = try TestPageHeap()
        let run = try #require(test.allocate(100))
        test.simulated.touch(run, 5 * 4096)
        #expect(test.heap.discard(run, 100) == 0)
        #expect(test.heap.figures().values.returned_bytes_total == 5 * 4096)
        #expect(test.heap.figures().values.released_in_use_bytes_total == 100 * 8192)
    }

    @Test(arguments: [12, 22] as [Int32])
    func memoryThatTheSystemRefusesIsNotReturned(error: Int32) throws {
        let test = try TestPageHeap()
        let runs = try (0..<20).map { _ in try test.use(30) }
        for (place, run) in runs.enumerated() where place % 2 == 0 { test.heap.freePages(run, 30) }
        test.system.base.follow(FailurePlan(.release, calls: 3...6, error: error))
        let release = test.heap.releaseFreeMemory { 0 }
        #expect(release.returned == release.released && release.returned > 0)
        #expect(gone(test.simulated) == UInt64(release.returned.rawValue))
        test.system.base.follow(FailurePlan())
        _ = test.heap.releaseFreeMemory { 0 }
        #expect(test.heap.figures().values.returned_bytes_total == gone(test.simulated))
    }

    @Test func allThatIsReleasedCountsIfTheSystemDoesNotSay() throws {
        let test = try TestPageHeap()
        let run = try #require(test.allocate(3000))
        test.simulated.touch(run, 1)
        test.heap.freePages(run, 3000)
        test.system.base.follow(FailurePlan(.findResidentPages, calls: 1...Int.max))
        #expect(test.heap.residentBytes() == nil)
        #expect(test.heap.releaseFreeMemory { 0 }.returned == PageCount(3000).bytes)
        #expect(test.heap.figures().values.returned_bytes_total == 3000 * 8192)
    }

    @Test func returnedAndResidentMemoryMakeUpWhatWasTouched() throws {
        let test = TestMalloc()
        var generator = SeededGenerator(seed: TestRun.seed)
        var live: [(address: UInt, bytes: UInt)] = []
        var cycle = DemandCycle(now: 0)
        for step in 0..<6000 {
            let bytes = UInt(1) << UInt.random(in: 4...22, using: &generator)
            if let block = test.malloc.allocateAligned(bytes, alignment: 16) {
                let address = UInt(bitPattern: block)
                test.system.touch(address, ByteCount(UInt.random(in: 1...bytes, using: &generator)))
                live.append((address, bytes))
            }
            while live.count > (step / 1000 % 2 == 0 ? 60 : 3) {
                test.malloc.free(live.remove(at: Int.random(in: 0..<live.count, using: &generator)).address)
            }
            if step % 100 == 0 { _ = test.runCycle(&cycle) }
            if step % 1500 == 0 { _ = test.malloc.releaseFreeMemory() }
        }
        #expect(returned(test) == gone(test.system), "PAGEHEAP_SEED=\(TestRun.seed)")
        #expect(test.malloc.heap.residentBytes() == test.system.residentBytes)
        let values = test.malloc.heap.figures().values
        let released =
            values.released_forced_bytes_total + values.released_background_bytes_total
            + values.released_growth_bytes_total + values.released_in_use_bytes_total
        #expect(returned(test) < released)
    }
}
