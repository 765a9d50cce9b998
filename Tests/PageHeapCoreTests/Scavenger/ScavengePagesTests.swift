import PageHeapCore
import PageHeapSimulation
import Testing

/// Releases from whole allocators: the cases of the design's first version, for physical pages of one to 64 pages.
struct ScavengePagesTests {
    static let groups: [Int] = [1, 2, 4, 8, 16, 32, 64]

    private func heap(_ group: Int) throws -> TestHeap {
        try TestHeap(physicalPage: max(4096, PageGeometry.pageBytes * UInt(group)))
    }

    private func pages(_ count: Int) -> ByteCount { PageCount(UInt(count)).bytes }

    @Test(arguments: groups)
    func threeFreeChunksAreReleasedWhole(group: Int) throws {
        let heap = try heap(group)
        for chunk in 0..<3 { try heap.add(chunk) }
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == pages(3 * 512))
        for chunk in 0..<3 { #expect(heap.scavenged(chunk) == PageBitmap([[0, 512]]).words) }
        heap.simulation.pages.checkInvariants()
    }

    @Test(arguments: groups)
    func nothingOfFullAndScavengedChunksIsReleased(group: Int) throws {
        let heap = try heap(group)
        try heap.add(0, allocated: [[0, 512]])
        try heap.add(1, scavenged: [[0, 512]])
        try heap.add(2, allocated: [[0, 512]])
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == 0)
    }

    @Test(arguments: groups)
    func oneByteReleasesTheHighestPhysicalPage(group: Int) throws {
        let heap = try heap(group)
        try heap.add(0, scavenged: [[group, 512 - 2 * group]])
        heap.startGeneration()
        #expect(heap.scavenge(1) == pages(group))
        #expect(heap.scavenged(0) == PageBitmap([[group, 512 - group]]).words)
    }

    @Test(arguments: groups)
    func oneChunkIsReleasedInTwoSteps(group: Int) throws {
        let heap = try heap(group)
        try heap.add(0, scavenged: [[group, 512 - 2 * group]])
        heap.startGeneration()
        #expect(heap.scavenge(pages(group)) == pages(group))
        #expect(heap.scavenge(pages(group)) == pages(group))
        #expect(heap.scavenged(0) == PageBitmap([[0, 512]]).words)
        #expect(heap.scavenge(1) == 0)
    }

    @Test(arguments: groups)
    func twoChunksAreReleasedInThreeSteps(group: Int) throws {
        let heap = try heap(group)
        try heap.add(0, scavenged: [[group, 512 - 2 * group]])
        try heap.add(1, scavenged: [[0, 512 - 2 * group]])
        heap.startGeneration()
        #expect(heap.scavenge(pages(2 * group)) == pages(2 * group))
        #expect(heap.scavenged(1) == PageBitmap([[0, 512]]).words)
        #expect(heap.scavenge(pages(group)) == pages(group))
        #expect(heap.scavenged(0) == PageBitmap([[group, 512 - group]]).words)
        #expect(heap.scavenge(pages(group)) == pages(group))
        #expect(heap.scavenged(0) == PageBitmap([[0, 512]]).words)
    }

    @Test func nothingIsReleasedBeforeTheFirstGeneration() throws {
        let heap = try heap(1)
        try heap.add(0)
        #expect(heap.scavenge(.maximum) == 0)
    }

    @Test func memoryGrownLaterIsSearchedInTheNextGeneration() throws {
        let heap = try heap(1)
        try heap.add(0)
        heap.startGeneration()
        try heap.add(1)
        #expect(heap.scavenge(.maximum) == pages(512))
        // The new chunk lies above both marks: only a search from the top sees it.
        heap.simulation.search.startGeneration(atTop: true, using: heap.system)
        #expect(heap.scavenge(.maximum) == pages(512))
    }

    @Test func aGenerationContinuesBelowTheLastOne() throws {
        let heap = try heap(1)
        for chunk in 0..<4 { try heap.add(chunk) }
        heap.startGeneration()
        #expect(heap.scavenge(pages(512)) == pages(512))
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == pages(3 * 512))
        // Freed above the lowest address scavenged: the next generation begins there.
        _ = heap.simulation.pages.allocateRange(base: TestHeap.someChunk.base + pages(1024), count: 8)
        heap.simulation.pages.free(base: TestHeap.someChunk.base + pages(1024), count: 8)
        heap.startGeneration()
        #expect(heap.scavenge(.maximum) == pages(8))
    }
}
