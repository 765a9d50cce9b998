import Dispatch
import PageHeapCore
import PageHeapSimulation
import Testing

/// Several threads search one search space, while others allocate and free.
struct ConcurrentSearchTests {
    /// A thread that allocates, touches and frees. No other thread may release memory of its blocks.
    private struct Owner {
        var generator: SeededGenerator
        var blocks: [(address: UInt, pages: UInt)] = []
        var damaged = 0

        mutating func step(_ test: TestPageHeap) {
            if blocks.count < 40 || Bool.random(using: &generator) {
                let pages = UInt.random(
                    in: 1...(Int.random(in: 0..<8, using: &generator) == 0 ? 600 : 40), using: &generator)
                guard let address = test.allocate(pages) else { return }
                test.simulated.touch(address, PageCount(pages).bytes)
                blocks.append((address, pages))
            } else {
                free(blocks.indices.randomElement(using: &generator) ?? 0, test)
            }
        }

        mutating func free(_ index: Int, _ test: TestPageHeap) {
            let (address, pages) = blocks.remove(at: index)
            // Touching a block again faults if memory of it was released.
            if test.simulated.touch(address, PageCount(pages).bytes) != 0 { damaged += 1 }
            test.heap.freePages(address, PageCount(pages))
        }
    }

    @Test func noBlockLosesMemoryAndAllFreeMemoryIsReleased() throws {
        nonisolated(unsafe) let test = try TestPageHeap()
        let seed = TestRun.seed
        let steps = TestRun.operations(600)
        let owners = 3
        nonisolated(unsafe) let damaged = UnsafeMutablePointer<Int>.allocate(capacity: owners)
        defer { damaged.deallocate() }
        DispatchQueue.concurrentPerform(iterations: owners + 3) { thread in
            var generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(thread))
            if thread < owners {
                var owner = Owner(generator: generator)
                for _ in 0..<steps { owner.step(test) }
                while !owner.blocks.isEmpty { owner.free(owner.blocks.count - 1, test) }
                damaged[thread] = owner.damaged
                return
            }
            for step in 0..<steps {
                if step % 8 == 0 { test.heap.search.startGeneration(atTop: step % 3 == 0, using: test.system) }
                let bytes = ByteCount(UInt.random(in: 1...(1 << 20), using: &generator))
                let limit = UInt.random(in: 1...20, using: &generator)
                _ = test.heap.search.scavenge(
                    bytes, thread % 2 == 0 ? .background : .growth, chunkLimit: limit, using: test.system)
            }
        }
        for thread in 0..<owners { #expect(damaged[thread] == 0, "PAGEHEAP_SEED=\(seed), thread \(thread)") }
        #expect(test.heap.search.space.pointee.searchers == 0)
        test.checkInvariants()
        let before = test.heap.figures().ledger
        #expect(before.inUse == 0)
        #expect(test.heap.releaseFreeMemory { 0 }.released == before.freeRetained + before.cached)
        #expect(test.heap.search.isExhausted)
        #expect(test.simulated.residentBytes == 0, "PAGEHEAP_SEED=\(seed)")
        #expect(test.simulated.violations == [])
        test.checkInvariants()
    }

    /// One generation, no frees: each page is released by exactly one of the searchers.
    @Test func searchersNeverReleaseTheSamePage() throws {
        nonisolated(unsafe) let test = try TestPageHeap()
        let pages: UInt = 512 * 40
        let base = try #require(test.allocate(pages))
        test.simulated.touch(base, PageCount(pages).bytes)
        var generator = SeededGenerator(seed: TestRun.seed)
        var page: UInt = 0
        var free: UInt = 0
        while page < pages {
            let count = min(UInt.random(in: 1...30, using: &generator), pages - page)
            test.heap.freePages(base + page * 8192, PageCount(count))
            free += count
            page += count + UInt.random(in: 1...30, using: &generator)
        }
        test.heap.search.startGeneration(atTop: true, using: test.system)
        test.system.forget()
        let before = test.heap.figures().ledger.freeRetained
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            // A searcher that finds nothing may be too early: another one may still return a reservation.
            while !test.heap.search.isExhausted {
                _ = test.heap.search.scavenge(ByteCount(64 << 10), .background, using: test.system)
            }
        }
        let ledger = test.heap.figures().ledger
        #expect(ledger.releasedInBackgroundTotal == PageCount(free).bytes && ledger.freeRetained == 0)
        #expect(before == PageCount(free).bytes)
        let released = test.system.calls(.release).reduce(0 as UInt) { sum, call in
            if case .release(_, let bytes, _, _) = call { sum + bytes } else { sum }
        }
        #expect(released == free * 8192)
        #expect(test.simulated.residentBytes == PageCount(pages - free).bytes)
        test.checkInvariants()
    }
}
