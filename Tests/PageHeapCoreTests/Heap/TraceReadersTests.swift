import PageHeapCore
import PageHeapSimulation
import Testing

/// Readers of the scavenger's trace.
struct TraceReadersTests {
    /// Releases memory `count` times, each time a different number of pages.
    private func release(_ count: Int, _ test: TestPageHeap) throws {
        for turn in 1...count {
            test.heap.freePages(try test.use(20 + UInt(turn)), 20 + PageCount(UInt(turn)))
            _ = test.heap.releaseFreeMemory { 0 }
        }
    }

    @Test func aReaderSeesOnlyLaterRecords() throws {
        let test = try TestPageHeap()
        try release(3, test)
        let start = test.heap.addTraceReader()
        #expect(start == 0)
        #expect(test.heap.traceRecord(from: start) == nil)
        try release(2, test)
        test.heap.removeTraceReader()
        try release(1, test)
        var seen: [TraceRecord] = []
        var next = start
        while let (number, record) = test.heap.traceRecord(from: next) {
            #expect(number == next)
            seen.append(record)
            next = number + 1
        }
        #expect(seen.map(\.isForced) == [false, true, false, true])
        #expect(seen.map(\.generation) == [3, 4, 4, 5])
        #expect(seen.map { $0.worked.rawValue >> 13 } == [0, 21, 0, 22])
        #expect(seen[1].ledger.releasedForcedTotal.rawValue >> 13 == 21 + 22 + 23 + 21)
        #expect(seen.allSatisfy { $0.goal == .maximum && $0.metadata > 0 && !$0.wasReset })
    }

    @Test func theLastRecordsAreKeptAndLostOnesCounted() throws {
        let test = try TestPageHeap()
        let start = test.heap.addTraceReader()
        try release(11, test)
        let first = try #require(test.heap.traceRecord(from: start))
        #expect(first.number == 22 - UInt64(Tunables.traceRecordLimit))
        #expect(first.record.generation == 3)
        let last = try #require(test.heap.traceRecord(from: 21))
        #expect(last.number == 21 && last.record.isForced && last.record.generation == 11)
        #expect(test.heap.traceRecord(from: 22) == nil)
        test.heap.removeTraceReader()
    }

    @Test func aBoundedForcedReleaseReleasesFromTheTop() throws {
        let test = try TestPageHeap()
        let address = try test.use(1000)
        test.heap.freePages(address, 1000)
        #expect(test.heap.releaseFreeMemory(upTo: 0) { 0 }.released == 0)
        #expect(test.heap.releaseFreeMemory(upTo: PageCount(300).bytes) { 0 }.released == PageCount(300).bytes)
        #expect(test.simulated.touch(address, PageCount(700).bytes) == 0)
        #expect(test.heap.releaseFreeMemory(upTo: 1) { 0 }.released == 8192)
        #expect(test.heap.releaseFreeMemory(upTo: PageCount(4000).bytes) { 0 }.released == PageCount(699).bytes)
        test.checkInvariants()
    }
}
