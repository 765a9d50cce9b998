import PageHeapSimulation
import Testing

@testable import PageHeapCore

/// Metadata that begins in lent memory, and moves when it outgrows it.
struct MovingSpaceTests {
    private typealias System = FailingOperatingSystem<SimulatedOperatingSystem>

    private static func zeroed(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: page)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        return memory
    }

    @Test func aGrowingSpaceKeepsItsContentsWhenItMoves() throws {
        let system = System(SimulatedOperatingSystem())
        let lent = Self.zeroed(512)
        defer { lent.deallocate() }
        var space = try #require(GrowingSpace(bytes: ByteCount(1 << 20), lent: lent, using: system))
        for index in 0..<512 { lent[index] = UInt8(truncatingIfNeeded: index &* 7) }
        #expect(space.cover(512, using: system) == 0 && space.base == UInt(bitPattern: lent.baseAddress))

        system.follow(FailurePlan(.makeMetadataAccessible, call: 1))
        #expect(space.cover(513, using: system) == nil)
        #expect(space.base == UInt(bitPattern: lent.baseAddress) && space.accessible == 512)

        #expect(space.cover(513, using: system) == ByteCount(4096))
        let moved = try #require(UnsafePointer<UInt8>(bitPattern: space.base))
        #expect(space.base != UInt(bitPattern: lent.baseAddress))
        for index in 0..<512 { #expect(moved[index] == UInt8(truncatingIfNeeded: index &* 7)) }
        for index in 512..<4096 { #expect(moved[index] == 0) }

        let base = space.base
        #expect(space.cover(9000, using: system) == ByteCount(8192) && space.base == base)
        #expect(space.cover(ByteCount((1 << 20) + 1), using: system) == nil)
        space.cancel(using: system)
        #expect(system.base.metadataReservedBytes == 0)
    }

    @Test func aSpaceUsedFromItsEndGrowsDownwards() throws {
        let system = System(SimulatedOperatingSystem())
        var space = try #require(GrowingSpace(bytesUsedFromEnd: ByteCount(1 << 20), using: system))
        let end = space.base
        for bytes in [UInt(1), 4096, 4097, 100_000, 1 << 20] {
            #expect(space.cover(ByteCount(bytes), using: system) != nil)
            let lowest = try #require(UnsafeMutablePointer<UInt8>(bitPattern: end - bytes))
            lowest.pointee = 1
        }
        #expect(space.base == end && space.accessible == ByteCount(1 << 20))
        #expect(space.cover(ByteCount((1 << 20) + 1), using: system) == nil)
        space.cancel(using: system)
        #expect(system.base.metadataReservedBytes == 0)
    }

    /// A sparse space, and what was written to it.
    private struct Sparse {
        static let parts = 300
        var space: SparseSpace
        var written: [Int: UInt8] = [:]

        func byte(_ part: Int, _ offset: Int) -> UnsafeMutablePointer<UInt8>? {
            UnsafeMutablePointer(bitPattern: space.base &+ UInt(bitPattern: part * page + offset))
        }

        /// Covers some parts, and writes to them if the system granted the memory.
        mutating func cover(_ parts: Range<Int>, _ value: UInt8, _ system: System) {
            let bytes = UInt(parts.lowerBound * page + 5)..<UInt(parts.upperBound * page - 5)
            guard space.cover(bytes, using: system) != nil else { return }
            for part in parts {
                if written[part] == nil { #expect(byte(part, 17)?.pointee == 0) }
                byte(part, 17)?.pointee = value
                written[part] = value
            }
        }

        func check(_ comment: Comment) {
            for (part, value) in written { #expect(byte(part, 17)?.pointee == value, comment) }
        }
    }

    @Test(arguments: 0..<20)
    func aSparseSpaceKeepsItsContentsInAnyOrder(round: UInt64) throws {
        let system = System(SimulatedOperatingSystem())
        var generator = SeededGenerator(seed: TestRun.seed &+ round)
        let (bits, lent) = (Self.zeroed(64), Self.zeroed(page))
        defer {
            bits.deallocate()
            lent.deallocate()
        }
        let bytes = ByteCount(UInt(Sparse.parts * page))
        let space = SparseSpace(
            bytes: bytes, bits: try #require(bits.baseAddress), lent: try #require(lent.baseAddress), using: system)
        var sparse = Sparse(space: try #require(space))
        for step in 0..<60 {
            let first = Int.random(in: 0..<Sparse.parts, using: &generator)
            let count = step < 3 ? 1 : Int.random(in: 1...4, using: &generator)
            if step % 5 == 2 { system.follow(FailurePlan(requests: 1...Int.random(in: 1...2, using: &generator))) }
            sparse.cover(first..<min(first + count, Sparse.parts), UInt8(step + 1), system)
            system.follow(FailurePlan())
            sparse.check("seed \(TestRun.seed), round \(round), step \(step)")
        }
        #expect(sparse.written.count > 60)
        #expect(sparse.space.cover(0..<(bytes.rawValue + 1), using: system) == nil)
        sparse.space.cancel(using: system)
        #expect(system.base.metadataReservedBytes == 0)
    }

    /// The scavenger reads without the lock.
    @Test func contentsStayReadableWhereTheyWereBeforeAMove() throws {
        let system = System(SimulatedOperatingSystem())
        let (bits, lent) = (Self.zeroed(64), Self.zeroed(page))
        defer {
            bits.deallocate()
            lent.deallocate()
        }
        let space = SparseSpace(
            bytes: ByteCount(UInt(10 * page)), bits: try #require(bits.baseAddress),
            lent: try #require(lent.baseAddress), using: system)
        var sparse = Sparse(space: try #require(space))
        sparse.cover(3..<4, 9, system)
        #expect(lent[17] == 9)
        sparse.cover(7..<8, 8, system)
        sparse.check("")
        sparse.byte(3, 17)?.pointee = 10
        #expect(lent[17] == 9)
        sparse.space.cancel(using: system)
    }

    @Test func bitmapsSurviveTheGrowthOfAHeap() throws {
        let heap = try TestHeap()
        // Beyond the arena's part of the chunk map (at most 128 chunks), of the leaves (512) and, if the address space
        // is large enough, of the level above (4,096).
        let above = Int(PageGeometry.row.chunkCount - TestHeap.someChunk.rawValue)
        let chunks = Array(stride(from: 0, to: min(5000, above), by: 37))
        for (number, chunk) in chunks.enumerated() {
            try heap.add(chunk, allocated: [[number % 500, 5]])
            heap.simulation.pages.checkInvariants()
        }
        for (number, chunk) in chunks.enumerated() {
            let pages = heap.simulation.pages.chunks[TestHeap.someChunk + ChunkIndex(UInt(chunk))]
            var expected = PageBitmap()
            expected.setRange(from: PageIndex(UInt(number % 500)), count: 5)
            for word in 0..<PageBitmap.wordCount {
                #expect(pages.allocated.word(word) == expected.word(word), "chunk \(chunk)")
            }
        }
    }
}

private let page = 4096
