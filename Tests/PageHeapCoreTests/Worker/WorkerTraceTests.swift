import PageHeapCore
import PageHeapSimulation
import Testing

/// What the trace says about the worker, in virtual time.
struct WorkerTraceTests {
    /// Runs the worker of a heap with this many MiB free, and returns a record for each generation, the last one
    /// included.
    ///
    /// - Parameter onSleep: called at each wait, with the number of waits so far.
    private func records(
        _ mebibytes: Int, _ test: TestMalloc, onSleep: @escaping (Int) -> Void = { _ in }
    ) throws -> [TraceRecord] {
        let blocks = try (0..<mebibytes).map { _ in try #require(test.allocate(1 << 20)) }
        for block in blocks { test.free(block) }
        let heap = test.malloc.heap
        var records: [TraceRecord] = []
        var next = heap.addTraceReader()
        // Reads whenever the worker sleeps, because only a limited number of records is kept for a reader.
        func read() {
            while let (number, record) = heap.traceRecord(from: next) {
                #expect(number == next, "a record is lost")
                if !record.isForced { records.append(record) }
                next = number + 1
            }
        }
        let watch = WorkerWatch(test)
        watch.onSleep = { count in
            read()
            onSleep(count)
        }
        watch.runUntilParked()
        // Begins one more generation, which ends the worker's last one.
        _ = test.malloc.releaseFreeMemory()
        read()
        heap.removeTraceReader()
        return records
    }

    @Test func theTraceAccountsForAllReleasedMemory() throws {
        let test = TestMalloc(.withRealCosts())
        let records = try records(600, test)
        #expect(records.count > 5)
        var before: ByteCount = 0
        for record in records {
            let total = record.ledger.releasedInBackgroundTotal + record.ledger.releasedInSpansTotal
            #expect(record.worked == total - before, "generation \(record.generation)")
            before = total
        }
        #expect(before > ByteCount(590 << 20))
    }

    @Test func aControllerResetIsTracedOnce() throws {
        let test = TestMalloc(.withRealCosts())
        let system = test.system
        nonisolated(unsafe) var failure: Int64 = 0
        let records = try records(256, test) { count in
            // For one round the machine has no processors, so that no share can be computed.
            system.setProcessors(count == 9 ? 0 : 2)
            if count == 9 { failure = system.monotonicNanoseconds() }
        }
        #expect(test.malloc.heap.figures().values.controller_resets_total == 1)
        let told = records.filter(\.wasReset)
        #expect(told.count == 1)
        #expect(told.first?.time == records.first { $0.time > failure }?.time)
        #expect(records.last?.wasReset == false)
        // The worker goes on all the same.
        #expect(records.last.map { $0.ledger.retained < ByteCount(2 << 20) } == true)
    }
}
