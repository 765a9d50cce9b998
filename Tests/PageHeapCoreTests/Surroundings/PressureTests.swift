import PageHeapCore
import PageHeapSimulation
import Testing

/// What a heap does if tasks around it have to wait for memory.
struct PressureTests {
    private static let second: Int64 = 1_000_000_000

    @Test func pressureIsATwentiethOfTheTime() {
        let watch = PressureWatch()
        // The macro cannot take a value that is not copyable.
        func note(_ stalled: Int64, at now: Int64) -> Bool { watch.note(stalled: stalled, at: now) }
        func isOn(at now: Int64) -> Bool { watch.isOn(at: now) }
        func count() -> UInt64 { watch.count }
        #expect(!note(900, at: Self.second), "what happened before the first reading does not count")
        #expect(!note(900 + Self.second / 20, at: 2 * Self.second) && count() == 0)
        #expect(note(901 + Self.second / 10, at: 3 * Self.second) && count() == 1)
        #expect(isOn(at: 5 * Self.second - 1) && !isOn(at: 5 * Self.second))
        // Neither a count nor a clock that falls is pressure.
        #expect(!note(0, at: 4 * Self.second))
        #expect(!note(Self.second, at: 3 * Self.second))
        #expect(count() == 1)
    }

    /// A malloc that swings between 64 MiB and next to nothing.
    private func malloc() throws -> TestMalloc {
        let test = TestMalloc(SimulatedMachine(), .original)
        test.system.advance(nanoseconds: Self.second)
        test.system.setSurroundings(Surroundings(stalledNanoseconds: 0))
        test.malloc.heap.readSurroundings()
        return test
    }

    /// Lets it swing once, and returns what it retains at the lower end.
    private func swing(
        _ test: TestMalloc, _ cycle: inout DemandCycle, atPeak body: () -> Void = {}
    ) throws -> ByteCount {
        let blocks = try (0..<2000).map { _ in try #require(test.allocate(32 << 10)) }
        _ = test.runCycle(&cycle)
        for block in blocks { test.free(block) }
        body()
        _ = test.runCycle(&cycle)
        #expect(test.damagedBlocks == 0)
        return test.malloc.heap.figures().ledger.retained
    }

    @Test func everythingAboveWhatIsInUseGoesAtOnce() throws {
        var cycle = DemandCycle(now: 0)
        let test = try malloc()
        let kept = try #require(test.allocate(32 << 10))
        for _ in 0..<10 { _ = try swing(test, &cycle) }
        #expect(try swing(test, &cycle) > ByteCount(40 << 20), "it expects to swing again")
        let retained = try swing(test, &cycle) {
            test.system.setSurroundings(Surroundings(stalledNanoseconds: 20 * Self.second))
            test.malloc.heap.readSurroundings()
        }
        let figures = test.malloc.heap.figures()
        #expect(figures.values.pressure_findings_total == 1)
        #expect(retained == figures.ledger.demand && retained < ByteCount(1 << 20))
        // Without pressure, the estimate holds again.
        for _ in 0..<2 { _ = test.runCycle(&cycle) }
        #expect(try swing(test, &cycle) > ByteCount(40 << 20))
        test.free(kept)
        test.malloc.checkInvariants()
    }

    @Test func cachesAreDrainedThoughTheyAreInUse() throws {
        var cycle = DemandCycle(now: 0)
        let test = try malloc()
        let block = try #require(test.allocate(100_000))
        test.free(block)
        #expect(test.malloc.heap.figures().ledger.inUse >= PageCount(13).bytes, "in the large-block cache")
        test.system.advance(nanoseconds: Self.second)
        test.system.setSurroundings(Surroundings(stalledNanoseconds: Self.second))
        test.malloc.heap.readSurroundings()
        _ = test.runCycle(&cycle)
        #expect(test.malloc.heap.figures().ledger.inUse == 0)
    }
}
