import Foundation
import PageHeap
import TestSupport
import Testing

/// Heaps that share a scavenger, on the real system.
struct ScavengerTests {
    /// Allocates pages from a heap, gives them memory, and frees them.
    private static func drop(_ pages: Int, in heap: PagedHeap) throws {
        var run = try heap.allocate(pageCount: pages)
        run.withUnsafeMutableBytes { bytes in _ = bytes.initializeMemory(as: UInt8.self, repeating: 1) }
        run.release()
    }

    /// Waits until a heap has released memory in the background, however long that takes.
    private static func waitForRelease(in heap: PagedHeap) async throws {
        while heap.statistics.releasedInBackgroundTotalByteCount == 0 { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// The number of the process's threads that belong to scavengers.
    private static func threads() throws -> Int {
        let tasks = "/proc/self/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).count { task in
            (try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)) == "pageheap\n"
        }
    }

    @Test(arguments: [0, 0.09, 100.1, -1, .nan, .infinity])
    func invalidSharesAreRefused(percent: Double) {
        #expect(throws: PageHeapError.invalidConfiguration("cpuPercent must be 0.1 to 100, not \(percent)")) {
            _ = try Scavenger(cpuPercent: percent)
        }
    }

    @Test func anUnusedScavengerEnds() async {
        await #expect(processExitsWith: .success) {
            let before = try heapMappings()
            for percent in [0.1, 1, 100] { _ = try Scavenger(cpuPercent: percent, pacer: .average) }
            #expect(try heapMappings() == before)
            #expect(try ScavengerTests.threads() == 0)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func memoryOfAllHeapsIsReleased() async throws {
        let heaps = try {
            let scavenger = try Scavenger(cpuPercent: 100)
            return try (0..<3).map { _ in try PagedHeap(scavenger: scavenger) }
        }()
        for heap in heaps { try Self.drop(4000, in: heap) }
        for heap in heaps {
            try await Self.waitForRelease(in: heap)
            #expect(heap.statistics.workerWakeUpCount > 0)
        }
    }

    @Test func aHeapWithoutBackgroundReleaseIsLeftAlone() throws {
        let scavenger = try Scavenger(cpuPercent: 100)
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        let heap = try PagedHeap(configuration, scavenger: scavenger)
        try Self.drop(4000, in: heap)
        #expect(heap.statistics.freeRetainedByteCount >= 3900 * PagedHeap.pageSize)
        #expect(heap.releaseFreeMemory() >= 3900 * PagedHeap.pageSize)
        #expect(heap.statistics.workerWakeUpCount == 0)
    }

    @Test func severalHeapsShareOneThread() async throws {
        await #expect(processExitsWith: .success) {
            var run: PageRun?
            do {
                let scavenger = try Scavenger()
                let heaps = try (0..<5).map { _ in try PagedHeap(scavenger: scavenger) }
                for heap in heaps { try ScavengerTests.drop(2000, in: heap) }
                // A thread has its name soon after its start.
                while try ScavengerTests.threads() == 0 { try await Task.sleep(for: .milliseconds(1)) }
                #expect(try ScavengerTests.threads() == 1)
                run = try heaps[3].allocate(pageCount: 4000)
            }
            #expect(try ScavengerTests.threads() == 1)
            run.take()?.release()
            // The thread has ended as far as memory goes; the system may still be busy ending it.
            while try ScavengerTests.threads() > 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    private static func makeManyHeaps() async throws {
        let scavenger = try Scavenger(cpuPercent: 100)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<6 {
                group.addTask {
                    for step in 0..<25 {
                        let heap = try PagedHeap(scavenger: scavenger)
                        let kept = try heap.allocate(pageCount: 10 + task)
                        try drop(1100 + 100 * step, in: heap)
                        // A limit that cannot be met makes the scavenger work for this heap just when the heap ends.
                        try heap.setMemoryLimit(1)
                        if step % 3 == 0 { try await Task.sleep(for: .microseconds(300 * task)) }
                        kept.release()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func heapsCanComeAndGoWhileTheScavengerWorks() async {
        await #expect(processExitsWith: .success) {
            let before = try heapMappings()
            try await ScavengerTests.makeManyHeaps()
            // A task may keep the scavenger for a moment after its end.
            #expect(eventually { (try? heapMappings()) == before }, "memory of a heap or the scavenger is left")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func heapsThatStayAreServedWhileOthersComeAndGo() async throws {
        let scavenger = try Scavenger(cpuPercent: 100)
        let heap = try PagedHeap(scavenger: scavenger)
        try Self.drop(4000, in: heap)
        while heap.statistics.releasedInBackgroundTotalByteCount == 0 {
            let other = try PagedHeap(scavenger: scavenger)
            try Self.drop(2000, in: other)
            try await Task.sleep(for: .milliseconds(5))
        }
        let figures = heap.statistics
        #expect(figures.inUseByteCount == 0)
        #expect(figures.freeRetainedByteCount < 4000 * PagedHeap.pageSize)
    }
}
