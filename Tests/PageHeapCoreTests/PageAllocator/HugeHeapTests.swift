import PageHeapCore
import PageHeapSimulation
import Testing

/// Heaps of a tebibyte, or of a quarter of a smaller address space, and what their metadata costs: resident memory is
/// counted page by page in the metadata's own address space, so that nothing else in the process can disturb it.
struct HugeHeapTests {
    private static let quarter = PageGeometry.row.chunkCount / 4
    private static let chunks = min(1 << 18, quarter)
    private static let pages = PageCount(chunks << 9)
    private static let first = ChunkIndex(min(5 << 18, quarter))
    /// Bytes of the bitmaps, 128 a chunk: 32 MiB of a tebibyte.
    private static let bitmaps = ByteCount(chunks * 128)
    /// The most that all metadata may have.
    private static let limit = ByteCount(chunks * 192 + 100 << 10)

    /// Makes a page allocator alone, on a simulated system.
    private func allocator() throws -> SimulatedPages<SimulatedOperatingSystem> {
        try #require(SimulatedPages(SimulatedOperatingSystem()))
    }

    @Test func theWholeHeapCanBeAllocatedAtOnce() throws {
        let heap = try allocator()
        try #require(heap.grow(Self.first, chunks: Self.chunks))
        #expect(heap.pages.freePages == Self.pages)
        checkMetadata(heap)

        let whole = heap.pages.allocate(Self.pages)
        let last = Self.first.base + (Self.pages - 1).bytes
        #expect(whole?.base == Self.first.base && whole?.scavenged == Self.pages.bytes)
        #expect(heap.allocate(1) == nil)
        #expect(heap.pages.searchAddress == .maximum)
        heap.free(last, 1)
        #expect(heap.allocate(2) == nil)
        #expect(heap.allocate(1) == last)
        heap.free(Self.first.base, Self.pages.rawValue)
        #expect(heap.allocate(1) == Self.first.base)
        let some = Self.pages.rawValue / 1024
        #expect(heap.allocate(some, alignment: some) == Self.first.base + PageCount(some).bytes)
        checkMetadata(heap)
        heap.pages.checkInvariants()
    }

    /// 64 pieces, grown in any order, become one heap at the same cost.
    @Test func aHeapGrownInPiecesIsOneHeap() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let heap = try allocator()
        for piece in (0..<64 as Range<UInt>).shuffled(using: &generator) {
            try #require(heap.grow(Self.first + ChunkIndex(piece * Self.chunks / 64), chunks: Self.chunks / 64))
            #expect(heap.pages.inUse.count <= 32)
        }
        #expect(heap.pages.inUse.count == 1)
        #expect(heap.pages.inUse.totalBytes == Self.pages.bytes)
        #expect(heap.system.metadataResidentBytes < Self.limit)
        #expect(heap.allocate(Self.pages.rawValue) == Self.first.base)
    }

    /// Checks the metadata that the allocator counts, and what of it is resident.
    private func checkMetadata(_ heap: SimulatedPages<SimulatedOperatingSystem>) {
        let resident = heap.system.metadataResidentBytes
        #expect(resident < Self.limit && resident > Self.bitmaps)
        // The first parts of all structures lie in the arena, which counts apart: in a small address space, all of
        // them.
        #expect(heap.pages.metadataBytes < Self.limit)
        #expect(heap.pages.metadataBytes + heap.pages.arena.committedBytes > Self.bitmaps)
    }

    @Test func anAllocatorOfFourMebibytesHasLittleMetadata() throws {
        let heap = try allocator()
        try #require(heap.grow(Self.first, chunks: 1))
        while heap.allocate(3) != nil {}
        heap.search.startGeneration(using: heap.system)
        #expect(heap.system.metadataResidentBytes < ByteCount(100 << 10))
        #expect(heap.pages.metadataBytes < ByteCount(100 << 10))
    }

    /// A whole heap also has a span table and records of spans.
    @Test func aHeapOfFourMebibytesHasLittleMetadata() throws {
        let heap = try TestPageHeap(keepsSpans: true)
        while let address = heap.allocate(30), heap.heap.figures().ledger.inUse < ByteCount(4 << 20) {
            heap.spans?.set(.none, from: address, count: 30)
        }
        #expect(heap.simulated.metadataResidentBytes < ByteCount(100 << 10))
        // Most of what is accessible is never touched.
        #expect(heap.heap.figures().metadata < Tunables.heapArenaBytes + ByteCount(100 << 10))
    }

    /// Metadata that is only reserved costs nothing: this heap never grew.
    @Test func anEmptyHeapHasNextToNoMetadata() throws {
        let heap = try allocator()
        #expect(heap.system.metadataReservedBytes > ByteCount(PageGeometry.row.chunkCount * 8))
        #expect(heap.system.metadataResidentBytes < ByteCount(16 << 10))
    }

    /// Two heaps grow in turns.
    @Test func metadataIsCountedOnce() throws {
        let heap = try allocator()
        for step in 0..<64 as Range<UInt> {
            try #require(heap.grow(ChunkIndex(min(40_000, Self.quarter) + step), chunks: 1))
            try #require(heap.grow(ChunkIndex(min(9_000_000, Self.quarter * 2) + step), chunks: 1))
        }
        let resident = heap.system.metadataResidentBytes
        let counted = heap.pages.metadataBytes
        #expect(resident < ByteCount(200 << 10))
        #expect(counted < ByteCount(200 << 10), "\(counted.rawValue) counted, \(resident.rawValue) resident")
    }
}
