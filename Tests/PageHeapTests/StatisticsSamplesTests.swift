import PageHeap
import Testing

@Suite("Samples of statistics")
struct StatisticsSamplesTests {
    @Test("Samples come, and see what the heap does")
    func samples() async throws {
        let heap = try PageHeap.quiet()
        var seen: [Int] = []
        var runs: [KeptRun] = []
        for await figures in try heap.samples(every: .milliseconds(1)) {
            seen.append(figures.inUseBytes / PageHeap.pageSize)
            if seen.count == 4 { break }
            runs.append(KeptRun(try heap.allocate(pages: 20)))
        }
        #expect(seen == [0, 20, 40, 60])
        #expect(runs.count == 3)
    }

    @Test("They end when the task is cancelled, while it waits for the second one")
    func cancellation() async throws {
        let samples = try PageHeap.quiet().samples(every: .seconds(3600))
        let (first, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var count = 0
            for await _ in samples {
                count += 1
                signal.finish()
            }
            return count
        }
        for await _ in first {}
        task.cancel()
        #expect(await task.value == 1)
    }

    @Test("A task that is cancelled already gets none")
    func cancelledBefore() async throws {
        let samples = try PageHeap.quiet().samples(every: .seconds(3600))
        let (gate, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in gate {}
            var count = 0
            for await _ in samples { count += 1 }
            return count
        }
        task.cancel()
        signal.finish()
        #expect(await task.value == 0)
    }

    @Test("Times between two samples that are none", arguments: [.zero, .nanoseconds(-1)] as [Duration])
    func interval(_ interval: Duration) throws {
        let heap = try PageHeap.quiet()
        #expect(throws: PageHeapError.invalidInterval(interval)) { _ = try heap.samples(every: interval) }
        #expect(throws: PageHeapError.invalidInterval(interval)) { _ = try heap.scavengeEvents(polledEvery: interval) }
    }
}
