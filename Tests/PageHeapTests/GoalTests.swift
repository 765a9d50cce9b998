import PageHeap
import Testing

/// The goals of a heap: from its owner's cycles, and from its memory limit.
struct GoalTests {
    private func heap(_ change: (inout PagedHeap.Configuration) -> Void) throws -> PagedHeap {
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        change(&configuration)
        return try PagedHeap(configuration)
    }

    @Test func theOwnersCyclesSetTheGoalFromTheSecondOneOn() throws {
        let heap = try heap { $0.cycles = .runtime }
        let kept = try heap.allocate(pageCount: 200)
        let freed = try heap.allocate(pageCount: 800)
        freed.release()
        try heap.endCycle(heapGoal: 1000)
        #expect(heap.statistics.goalByteCount == nil)
        try heap.endCycle(heapGoal: 2000)
        // Twice the 200 pages, and a tenth.
        #expect(heap.statistics.goalByteCount == 200 * PagedHeap.pageSize * 2 / 10 * 11)
        try heap.endCycle(heapGoal: .max)
        #expect(heap.statistics.goalByteCount == nil)
        kept.release()
    }

    @Test func theMemoryLimitCanBeSetChangedAndRemoved() throws {
        let heap = try heap { $0.memoryLimit = 1 << 30 }
        #expect(heap.memoryLimit == 1 << 30 && heap.statistics.memoryLimitByteCount == 1 << 30)
        try heap.setMemoryLimit(1)
        let run = try heap.allocate(pageCount: 1000)
        let bytes = run.byteCount
        #expect(heap.statistics.inUseByteCount == bytes, "a soft limit refuses nothing")
        try heap.setMemoryLimit(nil)
        #expect(heap.memoryLimit == nil && heap.statistics.memoryLimitByteCount == nil)
        try heap.setMemoryLimit(.max)
        #expect(heap.memoryLimit == .max)
    }

    @Test func anAllocationBeyondTheLimitReleasesOtherMemoryFirst() throws {
        let heap = try heap { _ in }
        var runs = try (0..<40).map { _ in KeptRun(try heap.allocate(pageCount: 20)) }
        runs = runs.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let before = heap.statistics
        let limit = before.retainedByteCount + before.metadataByteCount
        try heap.setMemoryLimit(limit)
        let run = try heap.allocate(pageCount: 64)
        let after = heap.statistics
        #expect(after.releasedForLimitTotalByteCount > 0)
        #expect(after.retainedByteCount + after.metadataByteCount <= limit)
        run.release()
        #expect(runs.count == 20)
    }
}
