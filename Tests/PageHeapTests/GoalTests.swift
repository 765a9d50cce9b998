import PageHeap
import Testing

/// The goals of a heap: from its owner's cycles, and from its memory limit.
struct GoalTests {
    private func heap(_ change: (inout PageHeap.Configuration) -> Void) throws -> PageHeap {
        var configuration = PageHeap.Configuration()
        configuration.releasesInBackground = false
        change(&configuration)
        return try PageHeap(configuration)
    }

    @Test func theOwnersCyclesSetTheGoalFromTheSecondOneOn() throws {
        let heap = try heap { $0.cycles = .runtime }
        let kept = try heap.allocate(pages: 200)
        let freed = try heap.allocate(pages: 800)
        freed.release()
        try heap.endCycle(heapGoal: 1000)
        #expect(heap.statistics.goalBytes == nil)
        try heap.endCycle(heapGoal: 2000)
        // Twice the 200 pages, and a tenth.
        #expect(heap.statistics.goalBytes == 200 * PageHeap.pageSize * 2 / 10 * 11)
        try heap.endCycle(heapGoal: .max)
        #expect(heap.statistics.goalBytes == nil)
        kept.release()
    }

    @Test func theMemoryLimitCanBeSetChangedAndRemoved() throws {
        let heap = try heap { $0.memoryLimit = 1 << 30 }
        #expect(heap.memoryLimit == 1 << 30 && heap.statistics.memoryLimitBytes == 1 << 30)
        try heap.setMemoryLimit(1)
        let run = try heap.allocate(pages: 1000)
        let bytes = run.byteCount
        #expect(heap.statistics.inUseBytes == bytes, "a soft limit refuses nothing")
        try heap.setMemoryLimit(nil)
        #expect(heap.memoryLimit == nil && heap.statistics.memoryLimitBytes == nil)
        try heap.setMemoryLimit(.max)
        #expect(heap.memoryLimit == .max)
    }

    @Test func anAllocationBeyondTheLimitReleasesOtherMemoryFirst() throws {
        let heap = try heap { _ in }
        var runs = try (0..<40).map { _ in KeptRun(try heap.allocate(pages: 20)) }
        runs = runs.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let before = heap.statistics
        let limit = before.retainedBytes + before.metadataBytes
        try heap.setMemoryLimit(limit)
        let run = try heap.allocate(pages: 64)
        let after = heap.statistics
        #expect(after.releasedForLimitTotalBytes > 0)
        #expect(after.retainedBytes + after.metadataBytes <= limit)
        run.release()
        #expect(runs.count == 20)
    }
}
