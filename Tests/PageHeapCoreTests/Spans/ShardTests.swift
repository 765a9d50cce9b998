import CPageHeapInterface
import PageHeapCore
import PageHeapSimulation
import Testing

import class Foundation.Thread

/// Threads on different processors work on different shards, which take from one another before the heap makes more.
struct ShardTests {
    /// Empties the thread's cache into the spans, so that the next request has to look elsewhere.
    private func forgetCache(_ test: TestMalloc) {
        test.malloc.threadExits()
        ThreadSlot.current.state = .new
    }

    /// Works on the heap in a thread that begins and ends with it.
    private func onAnotherThread(
        _ test: TestMalloc, _ work: @escaping @Sendable (MallocHeap<SimulatedOperatingSystem>) -> Void
    ) {
        nonisolated(unsafe) let malloc = test.malloc
        let thread = Thread {
            work(malloc)
            malloc.threadExits()
            ThreadSlot.current.state = .new
        }
        thread.start()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.001) }
    }

    private func used(_ test: TestMalloc) -> ByteCount { test.malloc.heap.figures().ledger.inUse }

    @Test func thereIsOneShardUntilThereAreTwoThreads() throws {
        let test = TestMalloc()
        test.system.setCurrentProcessor(3)
        for _ in 0..<2000 { #expect(test.allocate(100) != nil) }
        #expect(test.malloc.shardCount == 1)

        onAnotherThread(test) { #expect($0.allocate(100) != nil) }
        for _ in 0..<2000 { #expect(test.allocate(100) != nil) }
        #expect(test.malloc.shardCount == 2)
        test.malloc.checkInvariants()
    }

    @Test func thereAreAtMost64Shards() throws {
        let test = TestMalloc()
        test.malloc.useShards()
        for processor in 0..<200 as Range<UInt32> {
            test.system.setCurrentProcessor(processor)
            forgetCache(test)
            #expect(test.allocate(100) != nil)
        }
        #expect(test.malloc.shardCount == Tunables.shardLimit)
        for address in test.live.keys.sorted() { test.free(address) }
        _ = test.malloc.releaseFreeMemory()
        #expect(used(test) == 0 && test.system.residentBytes == 0)
        test.malloc.checkInvariants()
    }

    /// A container may have the time of few processors, and run on all that its machine has.
    @Test(arguments: [(0.5, 2), (1, 2), (2, 4), (3.5, 8), (40, 64)])
    func aQuotaBoundsTheShards(quota: Double, shards: Int) throws {
        let test = TestMalloc()
        test.system.setProcessorQuota(quota)
        test.malloc.useShards()
        for processor in 0..<64 as Range<UInt32> {
            test.system.setCurrentProcessor(processor)
            forgetCache(test)
            #expect(test.allocate(100) != nil)
        }
        #expect(test.malloc.shardCount == shards)
        test.malloc.checkInvariants()
    }

    /// What one processor's threads have given back to spans serves those of any other.
    @Test(arguments: [16, 100, 1000, 5000, 40_000, 65_536] as [UInt])
    func spansOfOtherShardsServeBeforeNewOnes(bytes: UInt) throws {
        let test = TestMalloc()
        test.malloc.useShards()
        test.system.setCurrentProcessor(0)
        let count = Int(2 << 20 / bytes)
        let blocks = try (0..<count).map { _ in try #require(test.allocate(bytes)) }
        // Every second block: no span is wholly free.
        for block in blocks.enumerated() where block.offset % 2 == 0 { test.free(block.element) }
        forgetCache(test)
        test.malloc.drainAll()
        let before = used(test)
        for processor in [7, 63, 64, 1] as [UInt32] {
            test.system.setCurrentProcessor(processor)
            forgetCache(test)
            for _ in 0..<3 { #expect(test.allocate(bytes) != nil) }
            #expect(used(test) == before, "processor \(processor)")
            test.malloc.checkInvariants()
        }
        #expect(test.malloc.shardCount > 3)
    }

    /// What the threads of one processor have freed in bulk goes to those of another without passing the spans.
    @Test func transferCachesServeOtherShards() throws {
        let test = TestMalloc()
        test.malloc.useShards()
        test.system.setCurrentProcessor(2)
        let blocks = try (0..<6000).map { _ in try #require(test.allocate(64)) }
        for block in blocks { test.free(block) }
        test.malloc.beginHolePass()
        while !test.malloc.isHolePassOver { _ = test.malloc.releaseHoles(.maximum) }
        forgetCache(test)
        let before = test.malloc.heap.figures().live
        test.system.setCurrentProcessor(9)
        let block = try #require(test.allocate(64))
        let taken = test.malloc.heap.figures().live - before
        #expect(taken >= ByteCount(64 * 64), "not one by one")
        #expect(blocks.contains(block))
        test.malloc.checkInvariants()
    }

    @Test func largeBlockCachesServeOtherShards() throws {
        let test = TestMalloc()
        test.malloc.useShards()
        for (from, to) in [(0, 5), (5, 0), (63, 1), (8, 8)] as [(UInt32, UInt32)] {
            test.system.setCurrentProcessor(from)
            let block = try #require(test.allocate(100_000))
            test.free(block)
            test.system.setCurrentProcessor(to)
            #expect(test.allocate(100_000) == block, "from \(from) to \(to)")
            test.free(block)
            test.malloc.checkInvariants()
        }
        test.malloc.drainAll()
        #expect(used(test) == 0)
    }

    /// Idle blocks do not depend on how many threads have come and gone, and the worker returns those of all shards.
    @Test func idleMemoryOfAllShardsIsReturned() throws {
        let test = TestMalloc()
        test.malloc.useShards()
        var cycle = DemandCycle(now: 0)
        for processor in 0..<64 as Range<UInt32> {
            test.system.setCurrentProcessor(processor)
            let blocks = try (0..<3000).map { _ in try #require(test.allocate(64)) }
            let large = try #require(test.allocate(200_000))
            for block in blocks { test.free(block) }
            test.free(large)
        }
        forgetCache(test)
        for _ in 0..<20 { _ = test.runCycle(&cycle) }
        #expect(test.malloc.heap.figures().live == 0 && used(test) == 0)
        test.malloc.checkInvariants()
    }

    /// A thread that frees what others allocate gets a cache, although it allocates nothing; a few frees are not enough.
    @Test(arguments: [(10, false), (500, true)])
    func aThreadThatFreesMuchGetsACache(frees: Int, getsCache: Bool) throws {
        let test = TestMalloc()
        let blocks = try (0..<frees).map { _ in try #require(test.allocate(100)) }
        onAnotherThread(test) { malloc in
            for block in blocks { malloc.free(block) }
            var caches = pageheap_thread_caches()
            malloc.write(to: &caches)
            #expect(caches.thread_caches == (getsCache ? 2 : 1))
        }
        test.malloc.drainAll()
        test.malloc.checkInvariants()
    }
}
