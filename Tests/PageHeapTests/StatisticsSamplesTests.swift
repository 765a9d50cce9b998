import PageHeap
import Testing

struct StatisticsSamplesTests {
    @Test func samplesShowWhatTheHeapDoes() async throws {
        let heap = try PagedHeap.quiet()
        var seen: [Int] = []
        var runs: [KeptRun] = []
        for await figures in try heap.samples(every: .milliseconds(1)) {
            seen.append(figures.inUseByteCount / PagedHeap.pageSize)
            if seen.count == 4 { break }
            runs.append(KeptRun(try heap.allocate(pageCount: 20)))
        }
        #expect(seen == [0, 20, 40, 60])
        #expect(runs.count == 3)
    }

    @Test func cancellationEndsTheSamples() async throws {
        let samples = try PagedHeap.quiet().samples(every: .seconds(3600))
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

    @Test func aTaskCancelledBeforehandReceivesNoSamples() async throws {
        let samples = try PagedHeap.quiet().samples(every: .seconds(3600))
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

    @Test(arguments: [.zero, .nanoseconds(-1)] as [Duration])
    func intervalsMustBePositive(_ interval: Duration) throws {
        let heap = try PagedHeap.quiet()
        #expect(throws: PageHeapError.invalidInterval(interval)) { _ = try heap.samples(every: interval) }
        #expect(throws: PageHeapError.invalidInterval(interval)) { _ = try heap.scavengeEvents(polledEvery: interval) }
    }
}
