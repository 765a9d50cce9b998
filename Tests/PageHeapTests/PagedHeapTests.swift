import PageHeap
import Testing

struct PagedHeapTests {
    private func fill(_ run: inout PageRun, _ value: UInt8) {
        run.withUnsafeMutableBytes { bytes in _ = bytes.initializeMemory(as: UInt8.self, repeating: value) }
    }

    @Test func pagesAreZeroAtFirstAndReturnWithTheirOwner() throws {
        let heap = try PagedHeap.quiet()
        do {
            var run = try heap.allocate(pageCount: 3)
            let (pages, bytes, isZeroed) = (run.pageCount, run.byteCount, run.isZeroed)
            #expect(pages == 3)
            #expect(bytes == 3 * PagedHeap.pageSize)
            #expect(isZeroed == releasedReadsZero)
            run.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 0 }) }
            fill(&run, 7)
            run.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 7 }) }
            #expect(heap.statistics.inUseByteCount == 3 * PagedHeap.pageSize)
        }
        #expect(heap.statistics.inUseByteCount == 0)
    }

    @Test func releasingReturnsThePagesAtOnce() throws {
        let heap = try PagedHeap.quiet()
        let run = try heap.allocate(pageCount: 40)
        #expect(heap.statistics.inUseByteCount == 40 * PagedHeap.pageSize)
        run.release()
        #expect(heap.statistics.inUseByteCount == 0)
    }

    @Test(arguments: [1, 16, 8192, 1 << 16, 1 << 21, 1 << 24])
    func addressesAreAlignedAsRequested(_ alignment: Int) throws {
        let heap = try PagedHeap.quiet()
        let spoiler = try heap.allocate(pageCount: 1)
        let run = try heap.allocate(pageCount: 5, alignment: alignment)
        run.withUnsafeBytes { bytes in
            #expect(UInt(bitPattern: bytes.baseAddress) % UInt(max(alignment, PagedHeap.pageSize)) == 0)
        }
        spoiler.release()
    }

    @Test func releasedMemoryReadsAsZeroAndIsAccountedFor() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 1000)
        fill(&run, 1)
        run.release()
        let freed = heap.statistics
        #expect(freed.freeRetainedByteCount == 1000 * PagedHeap.pageSize)
        #expect(heap.releaseFreeMemory() == 1000 * PagedHeap.pageSize)
        let after = heap.statistics
        #expect(after.freeRetainedByteCount == 0)
        #expect(after.releasedByteCount == after.systemByteCount)
        #expect(after.releasedOnRequestTotalByteCount == 1000 * PagedHeap.pageSize)
        #expect(heap.releaseFreeMemory() == 0)
        let again = try heap.allocate(pageCount: 1000)
        let isZeroed = again.isZeroed
        #expect(isZeroed == releasedReadsZero)
        again.withUnsafeBytes { bytes in #expect(!isZeroed || bytes.allSatisfy { $0 == 0 }) }
    }

    @Test func pagesThatWereNeverTouchedAreNeitherResidentNorReturned() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: (64 << 20) / PagedHeap.pageSize)
        run.withUnsafeMutableBytes { $0[5] = 1 }
        // A page, or a huge page.
        let resident = try #require(heap.residentByteCount())
        #expect(0 < resident && resident <= 4 << 20)
        #expect(heap.statistics.retainedByteCount == 64 << 20)
        run.release()
        #expect(heap.releaseFreeMemory() == resident)
        #expect(heap.statistics.returnedTotalByteCount == resident && heap.residentByteCount() == 0)
        #expect(heap.statistics.releasedOnRequestTotalByteCount == 64 << 20)
    }

    @Test func aReleaseCanBeBounded() throws {
        let heap = try PagedHeap.quiet()
        let page = PagedHeap.pageSize
        var run = try heap.allocate(pageCount: 1000)
        fill(&run, 1)
        run.release()
        for bytes in [0, -1, Int.min] { #expect(heap.releaseMemory(upToByteCount: bytes) == 0) }
        #expect(heap.statistics.generation == 0)
        #expect(heap.releaseMemory(upToByteCount: 1) == page)
        // A huge page is not broken up.
        let released = heap.releaseMemory(upToByteCount: 300 * page)
        #expect(released >= 300 * page && released < 999 * page)
        #expect(heap.releaseMemory(upToByteCount: .max) == 999 * page - released)
        #expect(heap.statistics.releasedOnRequestTotalByteCount == 1000 * page)
    }

    @Test func theBooksBalanceAfterEveryStep() throws {
        let heap = try PagedHeap.quiet()
        func check() {
            let ledger = heap.statistics
            #expect(
                ledger.systemByteCount
                    == ledger.inUseByteCount + ledger.cachedByteCount + ledger.freeRetainedByteCount
                    + ledger.releasedByteCount
                    + ledger.releasedInUseByteCount)
        }
        check()
        for pages in [1, 2, 15, 16, 63, 64, 65, 511, 512, 513, 4096] {
            let run = try heap.allocate(pageCount: pages)
            check()
            run.release()
            check()
            heap.releaseFreeMemory()
            check()
        }
    }

    @Test func heapsAreIndependentOfEachOther() throws {
        let first = try PagedHeap.quiet()
        let second = try PagedHeap.quiet()
        let run = try first.allocate(pageCount: 10)
        #expect(second.statistics.inUseByteCount == 0)
        let bytes = run.byteCount
        #expect(first.statistics.inUseByteCount == bytes)
    }

    @Test func aHeapWithAWorkerCanBeTornDownAtAnyTime() async {
        await #expect(processExitsWith: .success) {
            let before = try heapMappings()
            for _ in 0..<20 {
                do {
                    let heap = try PagedHeap()
                    var run = try heap.allocate(pageCount: 4000)
                    run.withUnsafeMutableBytes { $0[0] = 1 }
                    run.release()
                }
                #expect(try heapMappings() == before)
            }
        }
    }

    @Test func manyThreadsCanShareAHeap() async throws {
        let heap = try PagedHeap()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<500 {
                        var run = try heap.allocate(pageCount: 1 + (task * 31 + step) % 40)
                        let mark = UInt8(truncatingIfNeeded: task)
                        run.withUnsafeMutableBytes { bytes in
                            bytes[0] = mark
                            bytes[bytes.count - 1] = mark
                        }
                        if step % 50 == 0 { heap.releaseFreeMemory() }
                        run.withUnsafeBytes { bytes in
                            #expect(bytes[0] == mark && bytes[bytes.count - 1] == mark)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(heap.statistics.inUseByteCount == 0)
    }
}
