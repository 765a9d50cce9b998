import PageHeapCore
import PageHeapSimulation
import Testing

/// Packing and merging of summaries.
struct PageSummaryTests {
    @Test func theLargestSummaryIsOneBit() {
        let pages = UInt(1) << UInt(PageGeometry.row.levelLogPages(0))
        let whole = PageSummary.free(pages)
        #expect(whole.packed == 1 << 63)
        #expect([whole.start, whole.longest, whole.end] == [pages, pages, pages])
        #expect(PageSummary.full.packed == 0)
    }

    /// Merging the summaries of eight chunks gives the same result as a search of their 4,096 pages.
    @Test func mergingAgreesWithLookingAtThePages() {
        var generator = SeededGenerator(seed: TestRun.seed)
        for round in 0..<100 {
            let bitmaps = (0..<8).map { _ -> PageBitmap in
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: return PageBitmap()
                case 1: return PageBitmap([[0, 512]])
                default: return .random(using: &generator)
                }
            }
            let merged = PageSummary.merged(count: 8, logPages: 9) { bitmaps[$0].summarized() }
            let bits = bitmaps.flatMap(\.bits)
            var (longest, run) = (0, 0)
            for bit in bits {
                run = bit ? 0 : run + 1
                longest = max(longest, run)
            }
            let expected = PageSummary(
                start: UInt(bits.firstIndex(of: true) ?? 4096), longest: UInt(longest), end: UInt(run))
            #expect(merged == expected, "round \(round), seed \(TestRun.seed)")
        }
    }
}
