import PageHeapCore
import Testing

/// The sizes of thread caches.
struct ThreadCacheTests {
    /// The most bytes that a cache may hold, all classes together, if it is the last of `caches`.
    private func mostBytes(caches: UInt) -> UInt {
        (1..<SizeClass.count).reduce(into: 0) { total, number in
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            total += ThreadCache.capacity(blockBytes: bytes, caches: caches) * bytes
        }
    }

    @Test(arguments: [1, 32, 33, 512, 1 << 20])
    func aStackHoldsAtLeastTwoBlocksAndNoMoreThanFit(_ caches: Int) {
        for number in 1..<SizeClass.count {
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            let capacity = ThreadCache.capacity(blockBytes: bytes, caches: UInt(caches))
            #expect(capacity >= 2 && capacity <= 127)
        }
    }

    @Test func cachesOfManyThreadsAreSmaller() {
        #expect(mostBytes(caches: 1) == mostBytes(caches: 32))
        #expect(mostBytes(caches: 1) < 1_600_000)
        // Two blocks of each large class are left.
        #expect(mostBytes(caches: 512) < mostBytes(caches: 1) * 2 / 3)
        let small = (1..<40).reduce(into: UInt(0)) { total, number in
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            total += ThreadCache.capacity(blockBytes: bytes, caches: 512) * bytes
        }
        #expect(small < 100_000, "classes to 2 KiB")
    }

    @Test func theEmptyCacheGivesAndTakesNothing() {
        for number in 0..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            #expect(ThreadCache.empty.count(sizeClass) == 0)
            #expect(!ThreadCache.empty.push(16, sizeClass))
        }
        #expect(ThreadCache.empty.isEmptyCache)
    }
}
