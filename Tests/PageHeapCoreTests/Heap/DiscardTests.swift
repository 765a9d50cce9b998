import PageHeapCore
import PageHeapSimulation
import Testing

/// Discarded pages, which stay in use though their memory is released: resident memory and the books.
struct DiscardTests {
    private func inSpans(_ test: TestPageHeap) -> UInt { test.heap.figures().ledger.releasedInSpans.rawValue }

    @Test func discardedPagesStayInUseWithoutMemory() throws {
        let test = try TestPageHeap()
        let address = try test.use(600)
        let before = test.heap.figures().ledger
        #expect(test.heap.discard(address, 600) == 0)
        let after = test.heap.figures().ledger
        #expect(test.simulated.residentBytes == 0)
        #expect(after.inUse == before.inUse && after.releasedInSpans == PageCount(600).bytes)
        #expect(after.retained == before.retained - PageCount(600).bytes && after.used == 0)
        #expect(after.releasedInSpansTotal == PageCount(600).bytes && after.releaseCalls == before.releaseCalls + 1)
        test.checkInvariants()
    }

    @Test func touchedPagesCountAsRetainedAgain() throws {
        let test = try TestPageHeap()
        let address = try test.use(600)
        let before = test.heap.figures().ledger
        #expect(test.heap.discard(address, 600) == 0)
        test.heap.noteTouched(discarded: address, 600)
        #expect(test.heap.figures().ledger.retained == before.retained)
        test.simulated.touch(address, PageCount(600).bytes)
        test.checkInvariants()
        test.heap.freePages(address, 600)
        #expect(test.heap.releaseFreeMemory { 0 }.released == PageCount(600).bytes)
        test.checkInvariants()
    }

    @Test func discardedPagesAreReleasedWhenTheyAreFreed() throws {
        let test = try TestPageHeap()
        let address = try test.use(1300)
        #expect(test.heap.discard(address, 1300) == 0)
        #expect(test.heap.freeRun(address, 1300, isDiscarded: true) == .freed)
        let ledger = test.heap.figures().ledger
        #expect(ledger.freeRetained == 0 && ledger.releasedInSpans == 0 && ledger.released == ledger.system)
        test.checkInvariants()
        #expect(test.heap.releaseFreeMemory { 0 }.released == 0)
        let again = try #require(test.heap.allocatePages(1300, alignment: 1, shard: 0))
        #expect(again.address == address && again.scavenged == PageCount(1300).bytes)
    }

    @Test func aRefusedDiscardIsOnlyCounted() throws {
        let test = try TestPageHeap()
        let address = try test.use(40)
        let before = test.heap.figures().ledger
        test.system.base.follow(FailurePlan(.release, calls: 1...Int.max, error: 22))
        #expect(test.heap.discard(address, 40) == 22)
        let after = test.heap.figures().ledger
        #expect(after.releaseFailures == before.releaseFailures + 1 && after.releasedInSpans == 0)
        #expect(after.retained == before.retained && test.simulated.residentBytes == PageCount(40).bytes)
        test.checkInvariants()
    }

    @Test(arguments: [1, 7, 8, 9, 15, 16, 17, 64] as [UInt])
    func onlyWholeLargePhysicalPagesAreDiscarded(_ count: UInt) throws {
        let test = try TestPageHeap(SimulatedMachine(physicalPage: 65536, hugePage: 0))
        let first = try test.use(16 + 3)
        let address = try #require(test.allocate(count, alignment: 1))
        test.simulated.touch(address, PageCount(count).bytes)
        let part = test.heap.wholePhysicalPages(address, PageCount(count))
        let resident = test.simulated.residentBytes
        #expect(test.heap.discard(address, PageCount(count)) == 0)
        #expect(test.simulated.residentBytes == resident - part.bytes)
        #expect(inSpans(test) == part.bytes.rawValue && part.bytes.rawValue % 65536 == 0)
        test.checkInvariants()
        #expect(test.heap.freeRun(address, PageCount(count), isDiscarded: true) == .freed)
        #expect(inSpans(test) == 0)
        test.checkInvariants()
        test.heap.freePages(first, 19)
        test.checkInvariants()
    }

    @Test func discardedPagesLowerDemand() throws {
        var configuration = HeapConfiguration.original
        configuration.cycles = .runtime
        configuration.retainExtraPercent = 0
        let test = try TestPageHeap(SimulatedMachine(), configuration)
        let (large, small) = (try test.use(4000), try test.use(1000))
        test.heap.freePages(small, 1000)
        test.heap.endCycle(heapGoal: ByteCount(1 << 20))
        #expect(test.heap.discard(large, 4000) == 0)
        test.heap.endCycle(heapGoal: ByteCount(1 << 20))
        #expect(test.heap.figures().goal == 0)
    }
}
