import Foundation
import PageHeap
import Testing

struct ScavengeEventsTests {
    private func release(_ pages: Int, _ heap: PagedHeap) throws {
        var run = try heap.allocate(pageCount: pages)
        run.withUnsafeMutableBytes { $0[0] = 1 }
        run.release()
        heap.releaseFreeMemory()
    }

    @Test func eachReaderReceivesEachEventOnce() async throws {
        let heap = try PagedHeap.quiet()
        try release(10, heap)
        let events = try heap.scavengeEvents(polledEvery: .milliseconds(1))
        var (first, second) = (events.makeAsyncIterator(), events.makeAsyncIterator())
        try release(20, heap)
        try release(30, heap)
        var seen: [ScavengeEvent] = []
        for _ in 0..<4 { seen.append(try #require(await first.next(isolation: nil))) }
        #expect(seen.map(\.kind) == [.generation, .request, .generation, .request])
        #expect(seen.map(\.generation) == [1, 2, 2, 3])
        #expect(seen.map { $0.workedByteCount / PagedHeap.pageSize } == [0, 20, 0, 30])
        #expect(seen.allSatisfy { $0.lostEventCount == 0 && $0.goalByteCount == nil && $0.metadataByteCount > 0 })
        #expect(seen[3].retainedByteCount == 0 && seen[3].usedByteCount == 0 && seen[3].releasedByteCount > 0)
        #expect(await second.next(isolation: nil) == seen[0])
    }

    @Test func aLateReaderLearnsHowManyEventsItLost() async throws {
        let heap = try PagedHeap.quiet()
        let events = try heap.scavengeEvents(polledEvery: .milliseconds(1))
        var iterator = events.makeAsyncIterator()
        for _ in 0..<12 { try release(20, heap) }
        let event = try #require(await iterator.next(isolation: nil))
        #expect(event.lostEventCount == 24 - 16)
        let next = try #require(await iterator.next(isolation: nil))
        #expect(next.lostEventCount == 0)
    }

    @Test func cancellationEndsAWaitingReader() async throws {
        let heap = try PagedHeap.quiet()
        let events = try heap.scavengeEvents(polledEvery: .seconds(3600))
        let (first, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var iterator = events.makeAsyncIterator()
            signal.finish()
            return await iterator.next(isolation: nil)
        }
        for await _ in first {}
        task.cancel()
        #expect(await task.value == nil)
    }

    @Test func eventsSurviveJSON() async throws {
        let heap = try PagedHeap.quiet()
        let events = try heap.scavengeEvents()
        var iterator = events.makeAsyncIterator()
        try release(20, heap)
        let event = try #require(await iterator.next(isolation: nil))
        let data = try JSONEncoder().encode(event)
        #expect(try JSONDecoder().decode(ScavengeEvent.self, from: data) == event)
    }
}
