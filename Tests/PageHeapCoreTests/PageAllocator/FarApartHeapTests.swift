import PageHeapCore
import PageHeapSimulation
import Testing

/// Heaps far from each other in one address space, from its first page to its last.
struct FarApartHeapTests {
    private static let chunkCount = PageGeometry.row.chunkCount
    private static let lastChunk = ChunkIndex(chunkCount - 1)
    private static let chunkPages = PageGeometry.pagesPerChunk

    private func allocator() throws -> SimulatedPages<SimulatedOperatingSystem> {
        try #require(SimulatedPages(SimulatedOperatingSystem()))
    }

    @Test(arguments: [false, true])
    func theFirstAndLastPagesOfTheAddressSpaceCanBeUsed(upwards: Bool) throws {
        let heap = try allocator()
        for chunk in upwards ? [0, Self.lastChunk] : [Self.lastChunk, 0] { try #require(heap.grow(chunk, chunks: 1)) }
        heap.pages.checkInvariants()
        #expect(heap.pages.inUse.count == 2)
        #expect(heap.allocate(513) == nil, "a run across the hole")
        #expect(heap.allocate(512) == .minimum)
        #expect(heap.allocate(511) == Self.lastChunk.base)
        let last = OffsetAddress(1 << UInt(PageGeometry.row.heapAddressBits)) - PageGeometry.pageBytes
        #expect(heap.allocate(1) == last)
        #expect(heap.allocate(1) == nil)
        #expect(heap.pages.searchAddress == .maximum)
        heap.pages.checkInvariants()

        heap.free(last, 1)
        #expect(heap.pages.searchAddress == last)
        #expect(heap.pages.freeHighWaterMark == .maximum)
        #expect(heap.isFree(last, 1))
        #expect(!heap.isFree(last, 2), "past the end of the address space")
        var cache = heap.pages.allocateToCache()
        #expect(cache.base == last - PageCount(63).bytes && cache.free == 1 << 63)
        let cached = cache.allocate(1)
        #expect(cached?.base == last)
        let none = heap.pages.allocateToCache()
        #expect(none.isEmpty)
        heap.free(.minimum, 1)
        #expect(heap.allocate(1) == .minimum)
        heap.pages.checkInvariants()
    }

    /// Edges of a summary block of each level, of a root entry, of a block of the chunk map.
    private static let edges: [UInt] = {
        let inner: [UInt] = [1, 8, 3 * 64, 512, 5 * 512, 7 * 4096, 8192, 40 * 8192]
        return inner.filter { $0 < chunkCount / 2 } + [chunkCount / 2, chunkCount - 2]
    }()

    @Test(arguments: edges)
    func heapsThatMeetBecomeOne(edge: UInt) throws {
        let orders: [[UInt]] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        for order in orders {
            let heap = try allocator()
            for place in order {
                try #require(heap.grow(ChunkIndex(edge - 1 + place), chunks: 1))
                heap.pages.checkInvariants()
            }
            let base = ChunkIndex(edge - 1).base
            #expect(heap.pages.inUse.count == 1, "\(order)")
            #expect(heap.pages.searchAddress == base, "\(order)")
            #expect(heap.allocate(1536) == base, "\(order)")
            #expect(heap.allocate(1) == nil, "\(order)")
            heap.free(base + PageCount(500).bytes, 600)
            #expect(heap.allocate(600) == base + PageCount(500).bytes, "\(order)")
        }
    }

    /// A run of pages must not reach across the hole between two heaps, whatever lies there.
    @Test(arguments: edges.dropFirst().dropLast())
    func heapsBesideAHoleStayTwo(edge: UInt) throws {
        let heap = try allocator()
        try #require(heap.grow(ChunkIndex(edge + 1), chunks: 1))
        try #require(heap.grow(ChunkIndex(edge - 1), chunks: 1))
        #expect(heap.pages.inUse.count == 2)
        #expect(heap.allocate(513) == nil)
        #expect(heap.allocate(512) == ChunkIndex(edge - 1).base)
        #expect(heap.allocate(512) == ChunkIndex(edge + 1).base)
        heap.pages.checkInvariants()
    }

    /// Heaps all over the address space, with holes of up to a tebibyte, grow in any order: first fit still goes by
    /// address, and each heap costs a few pages of metadata.
    @Test func holesOfTebibytesKeepFirstFitAndCostLittle() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let heap = try allocator()
        let distance = Self.chunkCount / 256
        let places = (1..<200 as Range<UInt>).map { ChunkIndex($0 * distance + $0 * 37 % (distance - 2)) }
        for place in places.shuffled(using: &generator) { try #require(heap.grow(place, chunks: 2)) }
        heap.pages.checkInvariants()
        #expect(heap.pages.inUse.count == places.count)
        #expect(heap.allocate(1025) == nil)
        for place in places { #expect(heap.allocate(1024) == place.base) }
        #expect(heap.allocate(1) == nil)
        #expect(heap.system.metadataResidentBytes < ByteCount(UInt(places.count) * 32 << 10))

        for place in places.shuffled(using: &generator) { heap.free(place.base, 1024) }
        heap.pages.checkInvariants()
        #expect(heap.pages.freePages.rawValue == UInt(places.count) * 1024)
        #expect(heap.allocate(1024) == places[0].base)
    }
}
