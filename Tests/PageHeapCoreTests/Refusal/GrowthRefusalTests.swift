import PageHeapCore
import PageHeapSimulation
import Testing

/// The system refuses metadata to a page allocator that grows.
struct GrowthRefusalTests {
    /// The first chunk and the number of chunks of each growth: neighbours below and above, the gap between two heaps,
    /// far away, over the edge of a block of the chunk map, of a root entry, both ends of the address space.
    static let growths: [[UInt]] = {
        let (some, all) = (TestHeap.someChunk.rawValue, PageGeometry.row.chunkCount)
        let (root, block) = (PageGeometry.row.rootChunks, UInt(1) << UInt(PageGeometry.row.chunkMapBlockShift))
        let growths = [
            [some + 1, 1], [some - 2, 2], [some + 3, 40], [40 * block - 2, 4], [block - 1, 2], [root - 1, 2], [0, 1],
            [all - 1, 1], [all / 2, min(20_000, all / 4)],
        ]
        return growths.filter { $0[0] + $0[1] <= all }
    }()

    /// Chunks of a part of the chunk map: a 64th of a block, whose bitmaps are as large as the largest physical page.
    static let partChunks = max(UInt(1) << UInt(PageGeometry.row.chunkMapBlockShift), 524_288 / 128) / 64

    private func make() throws -> TestHeap {
        let heap = try TestHeap()
        // One heap at `TestHeap.someChunk`, one two chunks above.
        try heap.add(0, allocated: [[3, 5]])
        try heap.add(2, allocated: [[0, 100]])
        return heap
    }

    private func grow(_ heap: TestHeap, _ growth: [UInt]) -> UInt? {
        heap.simulation.grow(ChunkIndex(growth[0]), chunks: growth[1]) ? growth[0] : nil
    }

    @Test(arguments: growths)
    func refusedGrowthChangesNothing(growth: [UInt]) throws {
        try RefusalSweep(of: make) { grow($0, growth) }.run("\(growth)")
    }

    @Test(arguments: growths)
    func aRefusedFirstGrowthLeavesNothing(growth: [UInt]) throws {
        func empty() throws -> TestHeap { try TestHeap() }
        let sweep = RefusalSweep(of: empty) { grow($0, growth) }
        // The books of few chunks lie in the arena, for which nothing is asked of the system.
        let isSmall = growth[0] / Self.partChunks == (growth[0] + growth[1] - 1) / Self.partChunks
        let refusals = try sweep.run("\(growth)")
        #expect(isSmall ? refusals == 0 : refusals > 0)
    }

    /// The memory from before can be used up to the last page while growth is refused.
    @Test func theRestOfTheHeapRemainsUsable() throws {
        let heap = try make()
        heap.failing.follow(FailurePlan(requests: 1...Int.max))
        #expect(grow(heap, Self.growths[Self.growths.count - 1]) == nil)
        #expect(heap.simulation.pages.allocate(507) == nil)
        #expect(heap.simulation.pages.allocate(504)?.base == TestHeap.someChunk.address(of: 8))
        while heap.simulation.pages.allocate(1) != nil {}
        #expect(heap.simulation.pages.freePages == 0)
        #expect(heap.simulation.pages.searchAddress == .maximum)
        heap.checkInvariants()
    }
}
