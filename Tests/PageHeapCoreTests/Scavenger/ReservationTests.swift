import PageHeapCore
import PageHeapSimulation
import TestSupport
import Testing

/// How the search space is reserved, returned and renewed.
struct ReservationTests {
    private func heap(_ ranges: [(first: UInt, chunks: UInt)]) throws -> TestHeap {
        let heap = try TestHeap()
        for (first, chunks) in ranges { try heap.grow(TestHeap.someChunk + ChunkIndex(first), chunks: chunks) }
        heap.startGeneration()
        return heap
    }

    private func left(_ heap: TestHeap) -> ByteCount { heap.simulation.searchSpace.ranges.totalBytes }

    @Test func reservationsGoDownwardsAndNeverSpanAGap() throws {
        // 202 chunks, of which three are reserved at a time, rounded up.
        let ranges: [(UInt, UInt)] = [(0, 1), (3, 64), (70, 129), (1000, 8)]
        let heap = try heap(ranges)
        var above = UInt.max
        var chunks: UInt = 0
        while true {
            let (range, generation) = heap.simulation.search.reserve(isFirst: true)
            heap.simulation.search.handBack(.empty, generation: generation, using: heap.system)
            if range.isEmpty { break }
            let first = ChunkIndex(containing: range.base).rawValue - TestHeap.someChunk.rawValue
            let end = ChunkIndex(containing: range.limit - 1).rawValue + 1 - TestHeap.someChunk.rawValue
            #expect(end <= above && range.base.isAligned(to: PageGeometry.chunkBytes))
            #expect(ranges.contains { $0.0 <= first && end <= $0.0 + $0.1 }, "\(first)..<\(end) spans a gap")
            #expect(end - first <= 4)
            (above, chunks) = (first, chunks + end - first)
        }
        #expect(chunks == 202)
        #expect(heap.simulation.search.isExhausted)
    }

    @Test func aReturnedReservationIsSearchedAgain() throws {
        let heap = try heap([(0, 128)])
        let before = left(heap)
        let (range, generation) = heap.simulation.search.reserve(isFirst: true)
        #expect(left(heap) == before - range.size && range.size == PageGeometry.chunkBytes * 2)
        heap.simulation.search.handBack(range, generation: generation, using: heap.system)
        #expect(left(heap) == before)
        #expect(heap.simulation.searchSpace.ranges.count == 1, "joined with what it was cut from")
    }

    @Test func aReservationOfAnOldGenerationIsNotReturned() throws {
        let heap = try heap([(0, 128)])
        let (range, generation) = heap.simulation.search.reserve(isFirst: true)
        heap.simulation.search.startGeneration(atTop: true, using: heap.system)
        let fresh = left(heap)
        // The new search space has the range already: adding it twice would stop the program.
        heap.simulation.search.handBack(range, generation: generation, using: heap.system)
        #expect(left(heap) == fresh && fresh == PageGeometry.chunkBytes * 128)
    }

    @Test func aHeapWithoutMemoryHasNothingToReserve() throws {
        let heap = try TestHeap()
        heap.startGeneration()
        #expect(heap.simulation.searchSpace.reservationBytes == 0)
        #expect(heap.scavenge(.maximum) == 0)
        #expect(heap.simulation.search.isExhausted)
    }

    @Test func anUnalignedRangeStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let heap = try TestHeap()
            try heap.add(0)
            heap.startGeneration()
            let (range, generation) = heap.simulation.search.reserve(isFirst: true)
            let tail = AddressRange(base: range.base + PageGeometry.pageBytes, limit: range.limit)
            heap.simulation.search.handBack(tail, generation: generation, using: heap.system)
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains { $0.hasPrefix("pageheap: a range to search does not begin with a chunk: 0x") })
    }

    @Test func aSearchLimitedToFewChunksReturnsTheRest() throws {
        let heap = try TestHeap()
        try heap.add(0)
        for chunk in 1..<20 { try heap.add(chunk, allocated: [[0, 512]]) }
        heap.startGeneration()
        let search = heap.simulation.search
        for chunks in stride(from: 16, through: 1, by: -3) {
            #expect(search.scavenge(.maximum, .growth, chunkLimit: 3, using: heap.system) == 0)
            #expect(left(heap) == PageGeometry.chunkBytes * UInt(chunks + 1))
        }
        #expect(!search.isExhausted)
        #expect(search.scavenge(.maximum, .growth, chunkLimit: 3, using: heap.system) == PageGeometry.chunkBytes)
    }

    /// Other threads may act during a system call, because no lock is held then.
    @Test func aSearchHidesItsReservationFromOthersUntilItEnds() throws {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 100], [110, 402]])
        try heap.add(1, allocated: [[0, 500]])
        heap.startGeneration()
        let search = heap.simulation.search
        nonisolated(unsafe) var seen: [Bool] = []
        let (system, space) = (heap.system, search.space)
        nonisolated(unsafe) let others = search
        heap.system.onCall { call in
            guard call.kind == .release, seen.isEmpty else { return }
            seen = [others.isExhausted]
            // The other search finds the lower chunk, then nothing, and still knows that it has not seen everything.
            #expect(others.scavenge(.maximum, .forced, using: system) == PageCount(10).bytes)
            #expect(others.scavenge(.maximum, .forced, using: system) == 0)
            seen.append(others.isExhausted)
        }
        #expect(search.scavenge(PageCount(4).bytes, .growth, using: heap.system) == PageCount(4).bytes)
        heap.system.onCall(nil)
        #expect(seen == [false, false])
        #expect(space.pointee.searchers == 0 && !search.isExhausted, "eight pages came back")
        #expect(heap.scavenge(.maximum) == PageCount(8).bytes)
        #expect(search.isExhausted)
        heap.simulation.pages.checkInvariants()
    }

    @Test func freesAndNewGenerationsDuringASystemCallAreSafe() throws {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 200], [210, 302]])
        heap.startGeneration()
        nonisolated(unsafe) let test = heap
        nonisolated(unsafe) var isFirst = true
        heap.system.onCall { call in
            guard call.kind == .release, isFirst else { return }
            isFirst = false
            // Frees pages beside those being released, which are in use for all other threads.
            let base = TestHeap.someChunk.address(of: PageIndex(210))
            #expect(!test.simulation.isFree(TestHeap.someChunk.address(of: PageIndex(200)), 10))
            test.simulation.free(base, 2)
            test.startGeneration()
        }
        #expect(heap.scavenge(PageCount(10).bytes) == PageCount(10).bytes)
        heap.system.onCall(nil)
        heap.simulation.pages.checkInvariants()
        #expect(heap.simulation.pages.freePages == 12 && heap.simulation.pages.scavengedPages == 10)
        #expect(heap.scavenge(.maximum) == PageCount(2).bytes)
        #expect(heap.simulated.violations == [])
    }

    /// An allocation while the pages are out of reach finds nothing free that low. Later ones must search there again
    /// once the pages are put back.
    @Test func pagesPutBackAreAllocatedBeforeHigherOnes() throws {
        let heap = try TestHeap()
        try heap.add(0, allocated: [[0, 100], [110, 402]])
        try heap.add(1, scavenged: [[0, 512]])
        heap.startGeneration()
        nonisolated(unsafe) let test = heap
        nonisolated(unsafe) var meanwhile: OffsetAddress?
        heap.system.onCall { call in
            if call.kind == .release { meanwhile = test.simulation.allocate(1) }
        }
        #expect(heap.scavenge(.maximum) == PageCount(10).bytes)
        heap.system.onCall(nil)
        #expect(meanwhile?.rawValue == TestHeap.address(1, page: 0))
        let next = heap.simulation.allocate(10)
        try #require(next?.rawValue == TestHeap.address(0, page: 100))
        heap.simulation.pages.checkInvariants()
    }

    @Test func theEndOfAGenerationReportsItsWork() throws {
        let heap = try TestHeap()
        try heap.add(0)
        #expect(heap.simulation.search.startGeneration(using: heap.system).number == 0)
        _ = heap.scavenge(PageCount(8).bytes)
        heap.simulation.search.space.pointee.releasedInGeneration.wrappingAdd(8 * 8192, ordering: .relaxed)
        let ended = heap.simulation.search.startGeneration(using: heap.system) { $0.cached += 3 }
        #expect(ended.number == 1 && ended.worked == PageCount(8).bytes)
        #expect(ended.ledger.releasedInBackgroundTotal == PageCount(8).bytes && ended.ledger.cached == 3)
        #expect(heap.simulation.ledger.cached == 0, "only a copy was completed")
        #expect(heap.simulation.search.startGeneration(using: heap.system).worked == 0)
    }
}
