import PageHeapSimulation
import Testing

@testable import PageHeapCore

/// Where the heap lies, and where it grows if another mapping is in its way.
struct AddressSpaceTests {
    @Test func aBlockedHeapGrowsElsewhereAndKnowsBlocksInBothPlaces() throws {
        let test = TestMalloc()
        let first = try #require(test.malloc.allocateLarge(ByteCount(1 << 20))).pointer
        let chunk = PageGeometry.chunkBytes.rawValue
        let start = UInt(bitPattern: first)
        // Another mapping two chunks further up.
        test.system.occupy((start + 2 * chunk)..<(start + 2 * chunk + 4096))
        let blocks = try (0..<8).map { _ in
            UInt(bitPattern: try #require(test.malloc.allocateLarge(ByteCount(3 << 20))).pointer)
        }
        #expect(blocks.contains { $0 < start + 2 * chunk }, "the memory before the mapping is used")
        #expect(blocks.contains { $0 > start + 2 * chunk }, "another place is found, too")
        for block in blocks {
            #expect(test.malloc.owns(block) && test.malloc.usableBytes(block) == ByteCount(3 << 20))
            test.malloc.free(block)
        }
        for block in blocks { #expect(!test.malloc.owns(block)) }
        test.malloc.checkInvariants()
        #expect(test.system.violations.isEmpty)
    }

    @Test func smallBlocksWorkInBothPlaces() throws {
        let test = TestMalloc()
        let first = try #require(test.allocate(100))
        let chunk = PageGeometry.chunkBytes.rawValue
        let base = first & ~(chunk - 1)
        test.system.occupy((base + chunk)..<(base + chunk + 4096))
        let blocks = try (0..<3000).map { _ in try #require(test.allocate(4000)) }
        #expect(blocks.contains { $0 >= base + chunk || $0 < base })
        #expect(test.damagedBlocks == 0)
        for block in blocks { test.free(block) }
        test.malloc.checkInvariants()
    }

    /// The new place is given up again, because the allocator's metadata is refused after its memory was granted.
    @Test(arguments: 1...12)
    func aNewPlaceThatIsGivenUpLeavesTheLedgerUnchanged(call: Int) throws {
        let test = try TestRefusableMalloc()
        let first = try #require(test.malloc.allocateLarge(ByteCount(1 << 20))).pointer
        let chunk = PageGeometry.chunkBytes.rawValue
        let start = UInt(bitPattern: first)
        test.system.base.base.occupy((start + 2 * chunk)..<(start + 2 * chunk + 4096))
        test.system.base.follow(FailurePlan(requests: call...Int.max))
        while test.malloc.allocateLarge(ByteCount(3 << 20)) != nil {}
        test.system.base.follow(FailurePlan())
        test.malloc.checkInvariants()
        test.malloc.heap.checkLedger()
        _ = try #require(test.malloc.allocateLarge(ByteCount(3 << 20)))
        test.malloc.checkInvariants()
        test.malloc.heap.checkLedger()
    }

    @Test func aRefusalUnrelatedToThePlaceKeepsTheHeapWhereItIs() throws {
        let test = try TestPageHeap()
        let first = try test.use(512)
        test.system.base.follow(FailurePlan(.makeAccessible, calls: 1...1))
        #expect(test.allocate(512) == nil)
        #expect(try test.use(512) == first + PageGeometry.chunkBytes.rawValue)
    }

    @Test func memoryMappedAheadGrowsWithTheHeapUpToABound() throws {
        let test = try TestPageHeap()
        for _ in 0..<512 { _ = try test.use(512) }
        var grown: UInt = 0
        for call in test.system.calls(.makeAccessible) {
            guard case .makeAccessible(_, let bytes, granted: true) = call else { continue }
            #expect(bytes <= max(PageGeometry.chunkBytes.rawValue, grown / 8 + PageGeometry.chunkBytes.rawValue))
            #expect(bytes <= Tunables.accessibleStepBytes.rawValue)
            grown += bytes
        }
        #expect(grown >= 2 << 30 && grown <= (2 << 30) + Tunables.accessibleStepBytes.rawValue)
    }

    @Test func thePageMapDistinguishesMoreSpansThanItsLowPartsCan() throws {
        let test = TestMalloc()
        let low = try #require(test.allocate(100))
        let hasSkipped = test.malloc.state.pointee.spans.records.skip(to: PageMapEntry.lowSpanLimit, using: test.system)
        #expect(hasSkipped)
        // Large blocks use up the records that the shard has taken before.
        for _ in 0..<Tunables.recordBatch { #expect(test.allocate(300_000) != nil) }
        // Each block is of another class, and so in a span of its own.
        let blocks = try [200, 1000, 5000, 1_000_000].map { try #require(test.allocate($0)) }
        for block in blocks {
            #expect(test.malloc.spans.entry(of: block).span.rawValue >= UInt(PageMapEntry.lowSpanLimit))
        }
        #expect(test.malloc.spans.entry(of: low).span.rawValue <= UInt(Tunables.recordBatch))
        #expect(test.damagedBlocks == 0)
        // Many more blocks of one class, which pass through caches and spans.
        let more = try (0..<2000).map { _ in try #require(test.allocate(1000)) }
        for block in more + blocks + [low] { test.free(block) }
        #expect(test.damagedBlocks == 0 && !test.malloc.owns(blocks[3]))
    }

    /// The sizes of the ranges that a heap has reserved.
    private func reservations(_ test: TestPageHeap) -> [UInt] {
        test.system.calls(.reserve).compactMap { call in
            guard case .reserve(let bytes, _, let address) = call, address != nil else { return nil }
            return bytes
        }
    }

    @Test func aHeapThatReservesLittleAtFirstReservesMoreEachTime() throws {
        var configuration = HeapConfiguration.original
        configuration.firstReservationBytes = ByteCount(4 << 20)
        let test = try TestPageHeap(SimulatedMachine(), configuration)
        for _ in 0..<12 { _ = try test.use(512) }
        #expect(reservations(test) == [4 << 20, 32 << 20, 256 << 20])
        // A large request is not refused: its range is as large as it needs.
        _ = try test.use(PageCount((8 << 30) / 8192).rawValue)
        #expect(reservations(test).last == 8 << 30)
    }

    @Test func reservationsGrowUpToTheUsualSize() {
        var configuration = HeapConfiguration()
        #expect((0..<8).allSatisfy { configuration.usualReservationBytes($0) == Tunables.reservationBytes })
        configuration.firstReservationBytes = Tunables.mappedReservationBytes
        let mebibytes = (0..<8).map { configuration.usualReservationBytes($0).rawValue >> 20 }
        #expect(mebibytes == [256, 2048, 16_384, 131_072, 1 << 20, 1 << 20, 1 << 20, 1 << 20])
    }
}
