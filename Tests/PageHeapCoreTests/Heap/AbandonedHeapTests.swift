import PageHeapCore
import PageHeapSimulation
import Testing

/// A heap that its owner has abandoned ends with the last of its pages.
struct AbandonedHeapTests {
    @Test func aHeapWithoutPagesInUseEndsAtOnce() throws {
        let test = try TestPageHeap()
        #expect(test.heap.freeRun(try test.use(40), 40, isDiscarded: false) == .freed)
        #expect(test.heap.freeRun(try test.use(1), 1, isDiscarded: false) == .freed)
        #expect(test.heap.abandon())
    }

    @Test(arguments: [false, true])
    func aHeapWithPagesInUseEndsWithTheLastOfThem(_ isDiscarded: Bool) throws {
        let test = try TestPageHeap()
        let (large, small) = (try test.use(700), try test.use(3))
        if isDiscarded { #expect(test.heap.discard(large, 700) == 0) }
        #expect(!test.heap.abandon())
        #expect(test.heap.freeRun(small, 2, isDiscarded: false) == .freed)
        #expect(test.heap.freeRun(small + 2 * 8192, 1, isDiscarded: false) == .freed)
        #expect(test.heap.freeRun(large, 700, isDiscarded: isDiscarded) == .freedLast)
        test.checkInvariants()
    }

    @Test func freeingPagesThatAreNotInUseIsRefusedAndChangesNothing() throws {
        let test = try TestPageHeap()
        let address = try test.use(20)
        let before = test.state
        let wrong: [(UInt, UInt)] = [
            (address, 0), (address, 21), (address + 1, 1), (address - 8192, 2), (0, 1), (address, .max), (8192, 1),
        ]
        for (address, count) in wrong {
            #expect(test.heap.freeRun(address, PageCount(count), isDiscarded: false) == .refused)
        }
        #expect(test.state == before)
        #expect(test.heap.freeRun(address, 20, isDiscarded: false) == .freed)
        #expect(test.heap.freeRun(address, 20, isDiscarded: false) == .refused, "freed twice")
    }
}
