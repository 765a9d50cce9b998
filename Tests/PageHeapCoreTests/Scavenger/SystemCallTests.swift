import PageHeapCore
import PageHeapSimulation
import Testing

/// What the scavenger asks of the system, call by call, and what it does if the system refuses.
struct SystemCallTests {
    private func release(_ chunk: Int, page: UInt, pages: UInt, error: Int32 = 0) -> SystemCall {
        .release(address: TestHeap.address(chunk, page: page), bytes: pages * 8192, method: .now, error: error)
    }

    /// Free runs at pages 10 (4 pages), 100 (2) and 200 (1) of the lower chunk, and 500 (12) of the upper one.
    private func heap() throws -> TestHeap {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 10], [14, 86], [102, 98], [201, 311]])
        try heap.add(1, allocated: [[0, 500]])
        heap.startGeneration()
        heap.system.forget()
        return heap
    }

    @Test func memoryIsReleasedFromTheTopDown() throws {
        let heap = try heap()
        #expect(heap.scavenge(PageCount(14).bytes) == PageCount(14).bytes)
        #expect(
            heap.system.calls
                == [release(1, page: 500, pages: 12), release(0, page: 200, pages: 1), release(0, page: 101, pages: 1)])
        heap.system.forget()
        #expect(heap.scavenge(.maximum) == PageCount(5).bytes)
        #expect(heap.system.calls == [release(0, page: 100, pages: 1), release(0, page: 10, pages: 4)])
        heap.system.forget()
        #expect(heap.scavenge(.maximum) == 0)
        #expect(heap.system.calls == [])
        #expect(heap.simulated.violations == [])
    }

    @Test func releasedMemoryIsNotResident() throws {
        let heap = try TestHeap()
        try heap.add(0)
        #expect(heap.simulated.touch(TestHeap.address(0, page: 0), PageGeometry.chunkBytes) == 1024)
        heap.startGeneration()
        #expect(heap.scavenge(ByteCount(1 << 20)) == ByteCount(1 << 20))
        #expect(heap.simulated.residentBytes == ByteCount(3 << 20))
        // Touched again, it faults in again.
        #expect(heap.simulated.touch(TestHeap.address(0, page: 511), 8192) == 2)
    }

    @Test func pagesWhoseReleaseIsRefusedStayFreeAndRetained() throws {
        let heap = try heap()
        let free = heap.simulation.pages.freePages
        heap.failing.follow(FailurePlan(.release, calls: 1...1, error: 11))
        #expect(heap.scavenge(.maximum) == PageCount(7).bytes)
        #expect(heap.system.calls.first == release(1, page: 500, pages: 12, error: 11))
        #expect(heap.system.calls.count == 4, "the walk goes on")
        #expect(heap.scavenged(1) == PageBitmap().words)
        #expect(heap.simulation.pages.freePages == free)
        #expect(heap.simulation.ledger.releaseFailures == 1)
        #expect(heap.simulation.ledger.releaseCalls == 1, "the runs of a chunk go with one call")
        #expect(heap.simulation.ledger.releasedInBackgroundTotal == PageCount(7).bytes)
        heap.simulation.pages.checkInvariants()
    }

    @Test func aSystemThatRefusesEverythingIsAskedForEachRunByItself() throws {
        let heap = try heap()
        heap.failing.follow(FailurePlan(.release, calls: 1...Int.max))
        #expect(heap.scavenge(.maximum) == 0)
        // The upper chunk has one run. Of the lower chunk's three runs, all but the last are first tried together with
        // those that follow.
        #expect(heap.system.calls.count == 1 + 2 + 2 + 1)
        #expect(heap.simulation.ledger.releaseFailures == 4)
        #expect(heap.simulation.pages.scavengedPages == 0)
        // What was refused is tried again in the next generation from the top.
        heap.failing.follow(FailurePlan())
        heap.simulation.search.startGeneration(atTop: true, using: heap.system)
        #expect(heap.scavenge(.maximum) == PageCount(19).bytes)
    }

    @Test func hugePagesAreReleasedWhole() throws {
        let heap = try TestHeap(hugePage: ByteCount(2 << 20))
        try heap.add(0)
        heap.startGeneration()
        heap.system.forget()
        #expect(heap.scavenge(1) == ByteCount(2 << 20))
        #expect(heap.system.calls == [release(0, page: 256, pages: 256)])
    }
}
