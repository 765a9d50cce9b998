import MarkSweep
import PageHeap
import Testing

@Suite("Example: a mark-sweep heap on pages")
struct PairHeapTests {
    /// Makes a list of numbers, the last one first.
    private func list(_ count: Int, in heap: PairHeap) throws -> Value {
        var list = Value.nothing
        for number in 0..<count { list = .pair(try heap.pair(.number(number), list)) }
        return list
    }

    @Test("Pairs that can be reached stay, with their values")
    func reachable() throws {
        let heap = try PairHeap()
        heap.roots = [try list(3000, in: heap)]
        _ = try list(500, in: heap)
        try heap.collect()
        #expect(heap.pairCount == 3000)
        var next = heap.roots[0]
        for number in (0..<3000).reversed() {
            guard case .pair(let pair) = next else { break }
            #expect(heap.first(pair) == .number(number))
            next = heap.second(pair)
        }
        #expect(next == .nothing)
    }

    @Test("Rings are freed once they cannot be reached, and not before")
    func rings() throws {
        let heap = try PairHeap()
        let last = try heap.pair(.number(1), .nothing)
        let first = try heap.pair(.number(2), .pair(last))
        heap.setSecond(last, to: .pair(first))
        heap.roots = [.pair(last)]
        try heap.collect()
        #expect(heap.pairCount == 2)
        heap.roots = []
        try heap.collect()
        #expect(heap.pairCount == 0)
        #expect(heap.pages.statistics.inUseByteCount == 0)
    }

    @Test("The page heap follows the collector's goals, and releases memory down to them")
    func goals() throws {
        let heap = try PairHeap()
        var large: [Value] = []
        for _ in 0..<50 {
            large.append(try list(4000, in: heap))
            heap.roots = large
        }
        try heap.collect()
        let full = heap.pages.statistics
        #expect(heap.pairCount == 200_000 && full.inUseByteCount > 200_000 * 32)
        heap.roots = [large[0]]
        large = []
        try heap.collect()
        #expect(heap.pairCount == 4000)
        // After the second collection the goal is lower, and the ratio of both goals lowers the page heap's own.
        let goal = try #require(heap.pages.statistics.goalByteCount)
        #expect(goal < full.inUseByteCount / 10)
        heap.pages.releaseFreeMemory()
        #expect(heap.pages.statistics.retainedByteCount < full.inUseByteCount / 10)
    }
}
