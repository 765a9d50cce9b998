import CPageHeap
import PageHeapSimulation
import Testing

/// Address space on the real system. Each test runs in a process of its own, because it uses up space that other tests may
/// need.
struct ReservedRangesTests {
    /// More than can be chosen, so the ranges come from the system in the end.
    @Test func rangesOfMetadataNeverOverlap() async {
        await #expect(processExitsWith: .success) { try reserveAndCancel(Int32(PAGEHEAP_METADATA_SPACE)) }
    }

    @Test func rangesOfHeapsNeverOverlap() async {
        await #expect(processExitsWith: .success) { try reserveAndCancel(Int32(PAGEHEAP_HEAP_SPACE)) }
    }
}

/// Reserves and cancels ranges of different sizes in random order, uses a piece of each, and checks that those reserved at
/// the end lie apart.
private func reserveAndCancel(_ space: Int32) throws {
    let alignment: UInt = 1 << 25
    let piece = UInt(pageheap_physical_page_bytes())
    var random = SeededGenerator(seed: 17)
    var ranges: [(start: UInt, bytes: UInt)] = []
    var total: UInt = 0
    while total < 60 << 40 {
        if ranges.count == 500 || (ranges.count > 400 && Bool.random(using: &random)) {
            ranges.swapAt(Int.random(in: 0..<ranges.count, using: &random), ranges.count - 1)
            let last = ranges.removeLast()
            let address = try #require(UnsafeMutableRawPointer(bitPattern: last.start))
            pageheap_unmap_at(address, piece)
            pageheap_cancel(address, last.bytes)
            continue
        }
        let bytes = UInt(1) << UInt.random(in: 12...33, using: &random)
        let isBelow = Bool.random(using: &random)
        let address = try #require(pageheap_reserve(bytes, alignment, space, isBelow))
        try #require(pageheap_map_at(address, piece) == 0)
        try #require(UInt(bitPattern: address).isMultiple(of: alignment))
        ranges.append((UInt(bitPattern: address), bytes))
        total += bytes
    }
    ranges.sort { $0.start < $1.start }
    for (range, next) in zip(ranges, ranges.dropFirst()) { try #require(range.start + range.bytes <= next.start) }
}
