import Testing

@testable import PageHeap

struct BufferPoolTests {
    /// Makes a pool whose idle time is so long that no buffer is released by itself within a test.
    private func pool(_ heap: PagedHeap, retaining limit: Int = 16) throws -> BufferPool {
        try BufferPool(heap: heap, bufferByteCount: 60_000, retaining: limit, idleTime: .seconds(3600))
    }

    /// Takes `count` buffers, and releases them again.
    private func use(_ count: Int, of pool: BufferPool) throws {
        guard count > 0 else { return }
        let buffer = try pool.take()
        try use(count - 1, of: pool)
        buffer.release()
    }

    @Test func aReturnedBufferIsReused() throws {
        let heap = try PagedHeap.quiet()
        let pool = try pool(heap)
        #expect(pool.bufferByteCount == 65_536)
        do {
            var buffer = try pool.take()
            let count = buffer.byteCount
            #expect(count == 65_536 && pool.statistics.lentCount == 1)
            buffer.withUnsafeMutableBytes { $0[65_535] = 9 }
        }
        #expect(pool.statistics.idleCount == 1 && pool.statistics.idleByteCount == 65_536)
        let again = try pool.take()
        let last = again.bytes.unsafeLoad(fromByteOffset: 65_535, as: UInt8.self)
        #expect(last == 9)
        let figures = pool.statistics
        #expect(figures.takenTotalCount == 2 && figures.reusedTotalCount == 1)
        #expect(figures.lentCount == 1 && figures.idleCount == 0)
        #expect(heap.statistics.inUseByteCount == 65_536)
    }

    @Test func buffersAreFilledBySpansByAppendingAndThroughPointers() throws {
        var buffer = try pool(PagedHeap.quiet()).take()
        var bytes = buffer.mutableBytes
        bytes.storeBytes(of: 1, as: UInt32.self)
        #expect(buffer.initialize { $0.append(3, as: UInt8.self) } == 1)
        let word = buffer.bytes.unsafeLoad(as: UInt32.self)
        #expect(word == 3)
        #expect(buffer.withUnsafeBytes { $0.count } == 65_536)
        buffer.release()
    }

    @Test(arguments: [0, 1, 5])
    func noMoreBuffersWaitThanAllowed(_ limit: Int) throws {
        let heap = try PagedHeap.quiet()
        let pool = try pool(heap, retaining: limit)
        try use(8, of: pool)
        #expect(pool.statistics.idleCount == limit && pool.statistics.lentCount == 0)
        #expect(heap.statistics.inUseByteCount == limit * 65_536)
        pool.releaseIdleBuffers()
        #expect(pool.statistics.idleCount == 0 && heap.statistics.inUseByteCount == 0)
    }

    @Test func idleBuffersReturnToTheHeap() async throws {
        let heap = try PagedHeap.quiet()
        let pool = try BufferPool(heap: heap, bufferByteCount: 8192, idleTime: .milliseconds(1))
        for _ in 0..<3 {
            try pool.take().release()
            while heap.statistics.inUseByteCount > 0 { await Task.yield() }
            #expect(pool.statistics.idleCount == 0)
        }
    }

    @Test func onlyBuffersThatWaitedAllTheTimeAreReleased() throws {
        let heap = try PagedHeap.quiet()
        let pool = try pool(heap)
        try use(6, of: pool)
        #expect(pool.releaseUnneeded())
        #expect(pool.statistics.idleCount == 6, "they were returned since the last look")
        try use(4, of: pool)
        #expect(pool.releaseUnneeded())
        #expect(pool.statistics.idleCount == 4)
        #expect(!pool.releaseUnneeded())
        #expect(heap.statistics.inUseByteCount == 0)
    }

    @Test func aBufferKeepsItsPoolAndItsHeapAlive() throws {
        weak var heap: PagedHeap?
        weak var witness: BufferPool?
        func take() throws -> BufferPool.Buffer {
            let made = try PagedHeap.quiet()
            let pool = try pool(made)
            (heap, witness) = (made, pool)
            return try pool.take()
        }
        let buffer = try take()
        #expect(heap != nil && witness != nil)
        buffer.release()
        #expect(heap == nil && witness == nil)
    }

    @Test func invalidSettingsAreRefused() throws {
        let heap = try PagedHeap.quiet()
        for count in [0, -1, Int.max] {
            #expect(throws: PageHeapError.invalidByteCount(count)) {
                try BufferPool(heap: heap, bufferByteCount: count)
            }
        }
        #expect(throws: PageHeapError.invalidAlignment(3)) {
            try BufferPool(heap: heap, bufferByteCount: 1, alignment: 3)
        }
        #expect(throws: PageHeapError.invalidConfiguration("retaining must be 0 or more, not -1")) {
            try BufferPool(heap: heap, bufferByteCount: 1, retaining: -1)
        }
        #expect(throws: PageHeapError.invalidInterval(.zero)) {
            try BufferPool(heap: heap, bufferByteCount: 1, idleTime: .zero)
        }
    }

    @Test func aRefusedBufferIsNotCounted() throws {
        let pool = try BufferPool(heap: try PagedHeap.quiet(), bufferByteCount: 1 << 45)
        #expect(throws: PageHeapError.system(.noMemory)) { try pool.take().release() }
        #expect(pool.statistics.takenTotalCount == 0 && pool.statistics.lentCount == 0)
    }

    @Test func manyTasksCanShareAPool() async throws {
        let heap = try PagedHeap()
        let pool = try BufferPool(heap: heap, bufferByteCount: 8192, retaining: 3, idleTime: .milliseconds(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<500 {
                        var buffer = try pool.take()
                        let mark = task << 32 | step
                        buffer.withUnsafeMutableBytes { $0.storeBytes(of: mark, as: Int.self) }
                        if step % 16 == 0 { await Task.yield() }
                        let seen = buffer.withUnsafeBytes { $0.load(as: Int.self) }
                        #expect(seen == mark)
                    }
                }
            }
            try await group.waitForAll()
        }
        pool.releaseIdleBuffers()
        #expect(heap.statistics.inUseByteCount == 0 && pool.statistics.takenTotalCount == 4000)
    }
}
