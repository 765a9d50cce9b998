import PageHeapCore
import Testing

/// The rows of the geometry. `Scripts/test-geometry` builds and tests the allocator with each.
struct PageGeometryTests {
    /// What the original has for each row.
    @Test(
        "The sizes of each row are the original's",
        arguments: [
            (PageGeometry.bits48, [48, 14, 3, 3, 3, 3], [34, 31, 28, 25, 22], 13, 1 << 13),
            (PageGeometry.bits33, [33, 2, 3, 3, 3], [31, 28, 25, 22], 11, 1),
            (PageGeometry.bits32, [32, 1, 3, 3, 3], [31, 28, 25, 22], 10, 1),
        ] as [(PageGeometry, [Int], [Int], Int, Int)])
    func rows(row: PageGeometry, bits: [Int], shifts: [Int], blockShift: Int, slots: Int) {
        #expect(row.isSound)
        #expect([row.heapAddressBits] + (0..<row.levels).map { row.levelBits($0) } == bits)
        #expect((0..<row.levels).map { row.levelShift($0) } == shifts)
        #expect((0..<row.levels).map { row.levelLogPages($0) } == shifts.map { $0 - PageGeometry.pageShift })
        #expect((0..<row.levels).map { row.entryCount($0) } == shifts.map { 1 << (row.heapAddressBits - $0) })
        #expect(row.chunkMapBlockShift == blockShift && row.chunkMapRootSlots == slots)
        #expect(
            row.rootBits + PageGeometry.bitsPerLevel * row.leafLevel + PageGeometry.chunkShift == row.heapAddressBits)
    }

    @Test func theLastAddressIsThatOfTheRow() {
        #expect(OffsetAddress.maximum.rawValue == 1 << UInt(PageGeometry.row.heapAddressBits) - 1)
    }
}
