import PageHeap
import TestSupport
import Testing

/// Handles of runs that a heap looks after.
struct RunHandleTests {
    @Test func handlesLiveInArraysAndDictionaries() throws {
        let heap = try PagedHeap.quiet()
        let handles = try (1...100).map { heap.store(try heap.allocate(pageCount: $0)) }
        #expect(Set(handles).count == 100)
        #expect(heap.statistics.inUseByteCount == 5050 * PagedHeap.pageSize)
        var names = Dictionary(uniqueKeysWithValues: handles.enumerated().map { ("run \($0.offset)", $0.element) })
        for (index, handle) in handles.enumerated() {
            heap.withRun(handle) { run in run.store(UInt8(index), at: run.byteCount - 1) }
        }
        for (index, handle) in handles.enumerated() {
            let last = heap.withRun(handle) { run in
                let bytes = run.bytes
                return bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self)
            }
            #expect(last == UInt8(index))
        }
        let found = names.removeValue(forKey: "run 9")
        let removed = try #require(found)
        #expect(removed == handles[9] && heap.contains(removed))
        heap.release(removed)
        #expect(!heap.contains(removed))
        for handle in names.values { heap.release(handle) }
        #expect(heap.statistics.inUseByteCount == 0)
        heap.checkInvariants()
    }

    @Test func aStoredRunKeepsWhatWasDoneToIt() throws {
        let heap = try PagedHeap.quiet()
        let handle = heap.store(try heap.allocate(pageCount: 10))
        let rest = try heap.withRun(handle) { run in heap.store(try run.split(at: 4)) }
        heap.withRun(handle) { run in
            let count = run.pageCount
            #expect(count == 4)
        }
        try heap.withRun(handle) { run in try run.discardContents() }
        // Still known to be discarded: its pages have no memory.
        #expect(heap.statistics.releasedInUseByteCount == 4 * PagedHeap.pageSize)
        let run = heap.take(handle)
        let (count, isZeroed) = (run.pageCount, run.isZeroed)
        #expect(count == 4 && isZeroed && !heap.contains(handle) && heap.contains(rest))
        run.release()
        heap.release(rest)
        #expect(heap.statistics.inUseByteCount == 0 && heap.statistics.releasedInUseByteCount == 0)
        heap.checkInvariants()
    }

    @Test func anErrorLeavesTheRunStored() throws {
        let heap = try PagedHeap.quiet()
        let handle = heap.store(try heap.allocate(pageCount: 2))
        #expect(throws: PageHeapError.pageCountOutOfRange(7, limit: 1)) {
            try heap.withRun(handle) { run throws(PageHeapError) in
                let rest = try run.split(at: 7)
                rest.release()
            }
        }
        #expect(heap.contains(handle))
        heap.release(handle)
    }

    @Test func handlesOfOtherHeapsAreUnknown() throws {
        let (heap, other) = (try PagedHeap.quiet(), try PagedHeap.quiet())
        let handle = heap.store(try heap.allocate(pageCount: 1))
        let same = other.store(try other.allocate(pageCount: 1))
        #expect(handle != same && !heap.contains(same) && !other.contains(handle))
    }

    @Test func theHeapFreesItsStoredRunsWhenItEnds() async throws {
        await #expect(processExitsWith: .success) {
            let before = try heapMappings()
            for _ in 0..<10 {
                let heap = try PagedHeap()
                for pages in 1...50 { _ = heap.store(try heap.allocate(pageCount: pages)) }
            }
            let after = try heapMappings()
            precondition(after == before)
        }
    }

    @Test func threadsUseDifferentRunsAtTheSameTime() async throws {
        let heap = try PagedHeap.quiet()
        let handles = try (0..<16).map { _ in heap.store(try heap.allocate(pageCount: 4, zeroed: true)) }
        await withTaskGroup(of: Void.self) { group in
            for handle in handles {
                group.addTask {
                    for _ in 0..<1000 {
                        heap.withRun(handle) { run in
                            var words = run.mutableSpan(of: Int.self)
                            words[0] += 1
                        }
                    }
                }
            }
        }
        for handle in handles {
            let count = heap.withRun(handle) { run in run.span(of: Int.self)[0] }
            #expect(count == 1000)
            heap.release(handle)
        }
    }

    @Test func misuseStopsTheProgramWithAReason() async throws {
        typealias Outcome = (reason: String, result: ExitTest.Result)
        let outcomes: [Outcome] = [
            (
                "a handle was used after its run was released or taken",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let heap = try PagedHeap()
                    let handle = heap.store(try heap.allocate(pageCount: 1))
                    heap.release(handle)
                    heap.release(handle)
                }
            ),
            (
                "a handle was used after its run was released or taken",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let heap = try PagedHeap()
                    let handle = heap.store(try heap.allocate(pageCount: 1))
                    let run = heap.take(handle)
                    // Another run of the same pages does not revive the handle.
                    run.release()
                    _ = heap.store(try heap.allocate(pageCount: 1))
                    heap.withRun(handle) { run in run.store(1, at: 0) }
                }
            ),
            (
                "a handle was used with another heap than the one that made it",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let (heap, other) = (try PagedHeap(), try PagedHeap())
                    let handle = heap.store(try heap.allocate(pageCount: 1))
                    _ = other.store(try other.allocate(pageCount: 1))
                    other.release(handle)
                }
            ),
            (
                "a handle was used while withRun was using its run",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let heap = try PagedHeap()
                    let handle = heap.store(try heap.allocate(pageCount: 1))
                    heap.withRun(handle) { _ in heap.release(handle) }
                }
            ),
            (
                "a heap was to store a run of another heap",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let (heap, other) = (try PagedHeap(), try PagedHeap())
                    _ = heap.store(try other.allocate(pageCount: 1))
                }
            ),
            (
                "withRun was left with a run of another heap",
                try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                    let (heap, other) = (try PagedHeap(), try PagedHeap())
                    let handle = heap.store(try heap.allocate(pageCount: 1))
                    let stranger = try other.allocate(pageCount: 1).leak()
                    try heap.withRun(handle) { run in run = try other.adopt(stranger) }
                }
            ),
        ]
        for (reason, result) in outcomes {
            let errors = lines(of: result.standardErrorContent)
            #expect(errors.contains { $0.hasSuffix("PageHeap: " + reason) }, "\(reason): \(errors)")
        }
    }
}
