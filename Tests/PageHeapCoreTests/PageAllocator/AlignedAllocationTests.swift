import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares aligned allocation with a search, page by page, for the lowest aligned run.
struct AlignedAllocationTests {
    /// The lowest fit is not aligned, a later one is, and there is no room for padding.
    @Test func anAlignedRunWithoutRoomForPaddingIsFound() throws {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 1], [3, 5], [10, 502]])
        let got = heap.simulation.allocate(2, alignment: 8)
        #expect(got?.rawValue == TestHeap.address(0, page: 8))
    }

    /// In random heaps the lowest aligned run is taken, even if it lies in a longer run that a search with padding
    /// would pass by.
    @Test func theLowestAlignedRunIsTaken() throws {
        var generator = SeededGenerator(seed: TestRun.seed)
        for round in 0..<400 {
            let heap = try TestHeap()
            var used: [Bool] = []
            for chunk in 0..<3 {
                let bitmap = PageBitmap.random(using: &generator)
                try heap.add(chunk, allocated: Self.runs(bitmap))
                used += bitmap.bits
            }
            let alignment = 1 << Int.random(in: 1...9, using: &generator)
            let count = Int.random(in: 1...60, using: &generator)
            let first = Int(TestHeap.someChunk.rawValue) << 9
            let expected = Self.lowestRun(count, alignment: alignment, used, firstPage: first)
            let allocation = heap.simulation.pages.allocate(
                PageCount(UInt(count)), alignment: PageCount(UInt(alignment)))
            let got = allocation.map { Int($0.base.rawValue >> 13) - first }
            heap.simulation.pages.checkInvariants()
            #expect(got == expected, "seed \(TestRun.seed), round \(round): \(count) pages aligned to \(alignment)")
        }
    }

    /// Searches for the lowest aligned run page by page.
    private static func lowestRun(_ count: Int, alignment: Int, _ used: [Bool], firstPage: Int) -> Int? {
        used.indices.first { page in
            (firstPage + page) % alignment == 0 && page + count <= used.count
                && !used[page..<(page + count)].contains(true)
        }
    }

    private static func runs(_ bitmap: PageBitmap) -> [[Int]] {
        bitmap.bits.enumerated().filter(\.element).map { [$0.offset, 1] }
    }

    @Test(arguments: 0...17 as ClosedRange<UInt>)
    func everyAlignmentUpToAGibibyteIsHonoured(shift: UInt) throws {
        let heap = try #require(SimulatedPages(SimulatedOperatingSystem()))
        // A gibibyte and a half that begins two chunks before a multiple of one.
        let first = ChunkIndex(min(9, PageGeometry.row.chunkCount / 256 - 2) * 256 - 2)
        try #require(heap.grow(first, chunks: 400))
        _ = heap.allocate(3)
        let got = try #require(heap.allocate(5, alignment: 1 << shift))
        let free = first.base + PageCount(3).bytes
        #expect(got == free.roundedUp(to: OffsetAddress(PageCount(1 << shift).bytes.rawValue)))
        heap.free(got, 5)
        heap.pages.checkInvariants()
    }
}
