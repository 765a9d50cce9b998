import PageHeapCore
import PageHeapSimulation
import Testing

/// Random programs on the malloc heap. The books must balance after each step, and from time to time all blocks in use
/// are checked: none may have lost memory.
struct MallocModelTests {
    @Test(
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func blocksNeverOverlapAndTheBooksMatchTheSystem(seed: UInt64) throws {
        let seed = TestRun.seed &* 1000 &+ seed
        var random = SeededGenerator(seed: seed)
        let test = TestMalloc(
            SimulatedMachine(physicalPage: seed % 2 == 0 ? 8192 : 4096, hugePage: 0),
            hardening: seed / 2 % 2 == 1 ? .checksFrees : .unhardened)
        let processors: UInt32 = seed % 4 < 2 ? 1 : 70
        if processors > 1 { test.malloc.useShards() }
        var cycle = DemandCycle(now: 0)
        var blocks: [UInt] = []
        let steps = TestRun.operations(4000)
        for step in 0..<steps {
            if step % 7 == 0 { test.system.setCurrentProcessor(.random(in: 0..<processors, using: &random)) }
            switch UInt.random(in: 0..<100, using: &random) {
            case 0..<55:
                let doubling = UInt.random(in: 0..<17, using: &random)
                let bytes = UInt.random(in: (1 << doubling)...(2 << doubling), using: &random)
                let alignment = UInt(1) << UInt.random(in: 4..<9, using: &random)
                blocks.append(try #require(test.allocate(bytes, alignment: alignment)))
            case 55..<95:
                if blocks.isEmpty { break }
                let place = Int.random(in: 0..<blocks.count, using: &random)
                blocks.swapAt(place, blocks.count - 1)
                test.free(blocks.removeLast())
            case 95..<98:
                _ = test.runCycle(&cycle)
            case 98:
                _ = test.malloc.releaseFreeMemory()
            default:
                // Most blocks are freed at once, which leaves holes.
                while blocks.count > 20 { test.free(blocks.removeLast()) }
            }
            test.malloc.checkInvariants()
            if step % 16 == 0 || step > steps - 20 {
                try #require(test.damagedBlocks == 0, "seed \(seed), step \(step)")
                let ledger = test.malloc.heap.figures().ledger
                try #require(
                    test.system.residentBytes <= ledger.retained,
                    "seed \(seed), step \(step): more is resident than the books say"
                )
                try #require(test.system.violations.isEmpty, "seed \(seed), step \(step)")
            }
        }
        var ranges = test.live.map { ($0.key, $0.key + $0.value) }
        ranges.sort { $0.0 < $1.0 }
        for (lower, upper) in zip(ranges, ranges.dropFirst()) { #expect(lower.1 <= upper.0, "seed \(seed)") }
    }
}
