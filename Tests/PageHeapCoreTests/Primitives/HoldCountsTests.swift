import PageHeapCore
import Testing

/// Counts of how long a lock was held.
struct HoldCountsTests {
    @Test func boundsAreThePowersOfTwoAbove() {
        var counts = HoldCounts()
        #expect(counts.total == 0 && counts.bound(thousandths: 999) == 0)
        for _ in 0..<999 { counts.add(nanoseconds: 100) }
        counts.add(nanoseconds: 5000)
        #expect(counts.total == 1000)
        #expect(counts.bound(thousandths: 500) == 128)
        #expect(counts.bound(thousandths: 999) == 128)
        #expect(counts.bound(thousandths: 1000) == 8192)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 2, 3, 1023, 1024, .max])
    func everySampleIsCounted(nanoseconds: Int64) {
        var counts = HoldCounts()
        counts.add(nanoseconds: nanoseconds)
        #expect(counts.total == 1)
        let bound = counts.bound(thousandths: 1000)
        #expect(nanoseconds < bound || bound == 1 << 32)
    }
}
