import CPageHeapInterface
import PageHeapCore
import PageHeapFigures
import Testing

/// Counts of how long a lock was held.
struct HoldCountsTests {
    /// What a reader of the C structure makes of counts.
    private func read(_ counts: HoldCounts) -> LockHoldCounts {
        var statistics = pageheap_statistics()
        withUnsafeMutableBytes(of: &statistics.lock_holds_total) { counts.copy(to: $0) }
        return LockHoldCounts(ordinary: statistics)
    }

    @Test func boundsAreThePowersOfTwoAbove() {
        var counts = HoldCounts()
        #expect(read(counts).total == 0 && read(counts).bound(thousandths: 999) == 0)
        for _ in 0..<999 { counts.add(nanoseconds: 100) }
        counts.add(nanoseconds: 5000)
        #expect(counts.total == 1000 && read(counts).total == 1000)
        #expect(read(counts).bound(thousandths: 500) == 128)
        #expect(read(counts).bound(thousandths: 999) == 128)
        #expect(read(counts).bound(thousandths: 1000) == 8192)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 2, 3, 1023, 1024, .max])
    func everySampleIsCounted(nanoseconds: Int64) {
        var counts = HoldCounts()
        counts.add(nanoseconds: nanoseconds)
        #expect(counts.total == 1)
        let bound = read(counts).bound(thousandths: 1000)
        #expect(nanoseconds < bound || bound == 1 << 32)
    }
}
