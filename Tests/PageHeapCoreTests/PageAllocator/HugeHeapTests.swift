import PageHeapCore
import PageHeapSimulation
import Testing

/// Heaps of a tebibyte, and what their metadata costs: resident memory is counted page by page in the metadata's own
/// address space, so that nothing else in the process can disturb it.
struct HugeHeapTests {
    private static let tebibyte = PageCount(1 << 27)
    private static let first = ChunkIndex(5 << 18)

    /// Makes a page allocator alone, on a simulated system.
    private func allocator() throws -> SimulatedPages<SimulatedOperatingSystem> {
        try #require(SimulatedPages(SimulatedOperatingSystem()))
    }

    @Test func aTebibyteCanBeAllocatedAtOnce() throws {
        let heap = try allocator()
        try #require(heap.grow(Self.first, chunks: 1 << 18))
        #expect(heap.pages.freePages == Self.tebibyte)
        checkMetadata(heap)

        let whole = heap.pages.allocate(Self.tebibyte)
        let last = Self.first.base + (Self.tebibyte - 1).bytes
        #expect(whole?.base == Self.first.base && whole?.scavenged == Self.tebibyte.bytes)
        #expect(heap.allocate(1) == nil)
        #expect(heap.pages.searchAddress == .maximum)
        heap.free(last, 1)
        #expect(heap.allocate(2) == nil)
        #expect(heap.allocate(1) == last)
        heap.free(Self.first.base, 1 << 27)
        #expect(heap.allocate(1) == Self.first.base)
        #expect(heap.allocate(1 << 17, alignment: 1 << 17) == Self.first.base + PageCount(1 << 17).bytes)
        checkMetadata(heap)
        heap.pages.checkInvariants()
    }

    /// 64 pieces of 16 GiB, grown in any order, become one heap at the same cost.
    @Test func aTebibyteGrownInPiecesIsOneHeap() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        let heap = try allocator()
        for piece in (0..<64 as Range<UInt>).shuffled(using: &generator) {
            try #require(heap.grow(Self.first + ChunkIndex(piece << 12), chunks: 1 << 12))
            #expect(heap.pages.inUse.count <= 32)
        }
        #expect(heap.pages.inUse.count == 1)
        #expect(heap.pages.inUse.totalBytes == Self.tebibyte.bytes)
        #expect(heap.system.metadataResidentBytes < ByteCount(48 << 20))
        #expect(heap.allocate(1 << 27) == Self.first.base)
    }

    /// Checks the metadata that the allocator counts, and what of it is resident. The bitmaps alone are 32 MiB.
    private func checkMetadata(_ heap: SimulatedPages<SimulatedOperatingSystem>) {
        let resident = heap.system.metadataResidentBytes
        #expect(resident < ByteCount(48 << 20) && resident > ByteCount(32 << 20))
        #expect(heap.pages.metadataBytes < ByteCount(48 << 20) && heap.pages.metadataBytes > ByteCount(32 << 20))
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
        #expect(heap.heap.figures().metadata < ByteCount(100 << 10))
    }

    /// Metadata that is only reserved costs nothing: this heap never grew.
    @Test func anEmptyHeapHasNextToNoMetadata() throws {
        let heap = try allocator()
        #expect(heap.system.metadataReservedBytes > ByteCount(500 << 20))
        #expect(heap.system.metadataResidentBytes < ByteCount(16 << 10))
    }

    /// Two heaps grow in turns.
    @Test func metadataIsCountedOnce() throws {
        let heap = try allocator()
        for step in 0..<64 as Range<UInt> {
            try #require(heap.grow(ChunkIndex(40_000) + ChunkIndex(step), chunks: 1))
            try #require(heap.grow(ChunkIndex(9_000_000) + ChunkIndex(step), chunks: 1))
        }
        let resident = heap.system.metadataResidentBytes
        let counted = heap.pages.metadataBytes
        #expect(resident < ByteCount(200 << 10))
        #expect(counted < ByteCount(200 << 10), "\(counted.rawValue) counted, \(resident.rawValue) resident")
    }
}
