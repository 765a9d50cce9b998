import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares the operations on 512 bits with the same operations on an array of truth values.
struct PageBitmapTests {
    /// The longest run of free pages, and those at the ends.
    private static func summary(_ bits: [Bool]) -> PageSummary {
        var longest = 0
        var run = 0
        for bit in bits {
            run = bit ? 0 : run + 1
            longest = max(longest, run)
        }
        let start = bits.firstIndex(of: true) ?? 512
        return PageSummary(start: UInt(start), longest: UInt(longest), end: UInt(run))
    }

    private static func firstRun(_ bits: [Bool], _ count: Int, from start: Int) -> Int? {
        var run = 0
        for page in (start & ~63)..<512 {
            run = bits[page] ? 0 : run + 1
            if run == count { return page - count + 1 }
        }
        return nil
    }

    @Test func summariesAndSearchesAgreeWithSimpleOnes() {
        var generator = SeededGenerator(seed: TestRun.seed)
        for round in 0..<400 {
            let bitmap = PageBitmap.random(using: &generator)
            let bits = bitmap.bits
            #expect(bitmap.summarized() == Self.summary(bits), "round \(round), seed \(TestRun.seed)")
            let lowest = bits.firstIndex(of: false) ?? 511
            for _ in 0..<8 {
                let count = Int.random(in: 1...(round % 2 == 0 ? 40 : 512), using: &generator)
                let start = Int.random(in: 0...lowest, using: &generator)
                let found = bitmap.findRun(ofFree: PageCount(UInt(count)), from: PageIndex(UInt(start)))
                let expected = Self.firstRun(bits, count, from: start)
                #expect(
                    found.page.map { Int($0.rawValue) } == expected,
                    "round \(round), seed \(TestRun.seed), count \(count), start \(start)")
                if expected != nil { #expect(Int(found.firstFree.rawValue) == lowest) }
            }
        }
    }

    @Test func rangesAreSetClearedAndCounted() {
        var generator = SeededGenerator(seed: TestRun.seed)
        for round in 0..<300 {
            let bitmap = PageBitmap.random(using: &generator)
            let first = Int.random(in: 0..<512, using: &generator)
            let count = Int.random(in: 1...(512 - first), using: &generator)
            let (page, pages) = (PageIndex(UInt(first)), PageCount(UInt(count)))
            var bits = bitmap.bits
            let ones = bits[first..<(first + count)].filter { $0 }.count
            #expect(bitmap.populationCount(from: page, count: pages).rawValue == UInt(ones), "round \(round)")
            var (set, cleared) = (bitmap, bitmap)
            set.setRange(from: page, count: pages)
            cleared.clearRange(from: page, count: pages)
            for index in first..<(first + count) { bits[index] = true }
            #expect(set.bits == bits, "round \(round), seed \(TestRun.seed)")
            for index in first..<(first + count) { bits[index] = false }
            #expect(cleared.bits == bits, "round \(round), seed \(TestRun.seed)")
        }
    }

    @Test func everySingleRunIsFoundAndSummarized() {
        for first in stride(from: 0, to: 512, by: 3) {
            for count in [1, 2, 61, 62, 63, 64, 65, 127, 128, 129, 300] where first + count <= 512 {
                var bitmap = PageBitmap()
                bitmap.fill(true)
                bitmap.clearRange(from: PageIndex(UInt(first)), count: PageCount(UInt(count)))
                #expect(bitmap.summarized() == Self.summary(bitmap.bits), "\(count) free pages at \(first)")
                let found = bitmap.findRun(ofFree: PageCount(UInt(count)), from: 0)
                #expect(found.page == PageIndex(UInt(first)), "\(count) free pages at \(first)")
                #expect(bitmap.findRun(ofFree: PageCount(UInt(count + 1)), from: 0).page == nil)
            }
        }
    }
}
