import PageHeapCore
import PageHeapSimulation
import Testing

/// A pass over holes visits the spans that were touched since the last one, and no hole escapes it.
struct TouchedSpansTests {
    private func pass(_ test: TestMalloc) {
        test.malloc.beginHolePass()
        while !test.malloc.isHolePassOver { _ = test.malloc.releaseHoles(.maximum) }
    }

    @Test func aQuietHeapIsNotVisited() throws {
        let test = TestMalloc()
        let blocks = try (0..<20_000).map { _ in try #require(test.allocate(1000)) }
        pass(test)
        #expect(test.malloc.holeVisits > 1000, "new spans are touched")
        pass(test)
        pass(test)
        #expect(test.malloc.holeVisits == 0 && !test.malloc.mayFindMoreHoles)

        // One block comes back, but stays in the thread's cache: no span was touched.
        test.free(blocks[0])
        pass(test)
        #expect(test.malloc.holeVisits == 0)
        test.malloc.threadExits()
        pass(test)
        #expect(test.malloc.holeVisits > 0 && test.malloc.holeVisits < 20)
        test.malloc.checkInvariants()
    }

    /// Random work, then two passes: a forced release, which visits what is left, finds nothing in spans that is free and
    /// has memory.
    @Test(arguments: 0..<12)
    func noHoleEscapes(seed: UInt64) throws {
        let test = TestMalloc()
        var numbers = SeededGenerator(seed: seed)
        var live: [UInt] = []
        for step in 0..<30_000 {
            let isFull = Int.random(in: 0..<6000, using: &numbers) < live.count
            if isFull {
                live.swapAt(Int.random(in: live.indices, using: &numbers), live.count - 1)
                test.free(live.removeLast())
            } else {
                let bytes = UInt(16) << UInt.random(in: 0...9, using: &numbers)
                live.append(try #require(test.allocate(UInt.random(in: bytes / 2...bytes, using: &numbers))))
            }
            if step % 4001 == 0 { pass(test) }
        }
        for address in live where Int.random(in: 0..<10, using: &numbers) != 0 { test.free(address) }
        test.malloc.threadExits()
        test.malloc.drainAll()
        pass(test)
        pass(test)
        pass(test)
        #expect(!test.malloc.mayFindMoreHoles)
        let before = test.malloc.heap.figures().ledger.releasedInSpans
        #expect(before > 0)
        _ = test.malloc.releaseFreeMemory()
        #expect(test.malloc.heap.figures().ledger.releasedInSpans == before, "seed \(seed): a hole escaped")
        #expect(test.damagedBlocks == 0)
        test.malloc.checkInvariants()
    }
}
