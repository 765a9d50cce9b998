import PageHeapCore
import PageHeapSimulation
import Testing

/// Growth of a run into the pages that follow it.
struct GrowInPlaceTests {
    @Test func aRunGrowsIntoFreePages() throws {
        let test = try TestPageHeap()
        let address = try test.use(100)
        let next = try test.use(100)
        _ = try test.use(20)
        test.heap.freePages(next, 100)
        #expect(test.heap.growInPlace(at: next, by: 60) == 0)
        #expect(test.heap.growInPlace(at: next + 60 * 8192, by: 41) == nil, "the last page is in use")
        _ = test.heap.releaseFreeMemory { 0 }
        #expect(test.heap.growInPlace(at: next + 60 * 8192, by: 40) == PageCount(40).bytes)
        #expect(test.heap.areInUse(address, 220))
        test.checkInvariants()
    }

    @Test func aRunGrowsPastTheEndOfTheHeap() throws {
        let test = try TestPageHeap()
        let address = try test.use(100)
        #expect(test.heap.growInPlace(at: address + 100 * 8192, by: 3000) == PageCount(3000).bytes)
        #expect(test.heap.areInUse(address, 3100))
        test.checkInvariants()
        // Exactly at the end.
        let rest = try #require(test.allocate(6 * 512 + 512 - 3100))
        #expect(rest == address + 3100 * 8192)
        #expect(test.heap.growInPlace(at: address + 7 * 512 * 8192, by: 1) == 8192)
        test.checkInvariants()
    }

    @Test func pagesInAPageCacheAreNoObstacle() throws {
        let test = try TestPageHeap()
        _ = try test.use(20)
        let address = try test.use(1)
        #expect(!test.heap.extend(at: address + 8192, by: 20))
        #expect(test.heap.growInPlace(at: address + 8192, by: 20) != nil)
        #expect(test.heap.areInUse(address, 21))
        test.checkInvariants()
    }

    @Test(arguments: [1 << 26, 1 << 27 + 1, 1 << 50, .max >> 13] as [UInt])
    func impossibleGrowthChangesNothing(_ pages: UInt) throws {
        let test = try TestPageHeap(SimulatedMachine(), HeapConfiguration.original)
        let address = try test.use(100)
        test.system.base.follow(FailurePlan(.makeAccessible, calls: 1...Int.max))
        let before = test.state
        #expect(test.heap.growInPlace(at: address + 100 * 8192, by: PageCount(pages)) == nil)
        #expect(test.state == before)
        test.checkInvariants()
    }

    @Test func refusedGrowthChangesNothingAndMaySucceedLater() throws {
        let test = try TestPageHeap()
        let address = try test.use(100)
        test.system.base.follow(FailurePlan(.makeAccessible, calls: 1...Int.max))
        #expect(test.heap.growInPlace(at: address + 100 * 8192, by: 20_000) == nil)
        test.checkInvariants()
        test.system.base.follow(FailurePlan())
        #expect(test.heap.growInPlace(at: address + 100 * 8192, by: 20_000) != nil)
        #expect(test.heap.areInUse(address, 20_100))
        test.checkInvariants()
    }
}
