import PageHeapCore
import Testing

/// Which free blocks of a span are taken.
struct SpanTests {
    private func span(free: [Int], of blocks: Int) -> Span {
        var span = Span()
        for block in 0..<blocks where !free.contains(block) { span.usedBlocks[block / 64] |= 1 << UInt64(block % 64) }
        span.freeBlocks = UInt16(free.count)
        return span
    }

    private func take(_ wanted: Int, from span: inout Span, of blocks: Int) -> [Int] {
        var taken: [Int] = []
        let count = span.takeFreeBlocks(wanted, of: blocks) { taken.append($0) }
        #expect(count == taken.count)
        #expect(taken.allSatisfy { span.isUsed($0) })
        return taken
    }

    @Test func wholeGroupsOfFourBlocksAreTakenFirst() {
        var span = span(free: [1, 2, 3, 8, 9, 10, 11, 62, 63, 64, 65, 66, 67, 70], of: 71)
        #expect(take(6, from: &span, of: 71) == [8, 9, 10, 11, 64, 65])
        #expect(take(3, from: &span, of: 71) == [1, 2, 3])
        #expect(take(9, from: &span, of: 71) == [62, 63, 66, 67, 70])
        #expect(span.freeBlocks == 0)
        #expect(take(1, from: &span, of: 71) == [])
    }

    @Test(arguments: [1, 3, 5, 63, 64, 65, 130, 511, 512])
    func bitsBeyondTheLastBlockAreNotTaken(blocks: Int) {
        var span = span(free: Array(0..<blocks), of: blocks)
        #expect(take(1000, from: &span, of: blocks) == Array(0..<blocks))
        #expect(span.freeBlocks == 0)
    }
}
