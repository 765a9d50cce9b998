import PageHeapCore
import PageHeapSimulation
import Testing

/// Random operations on the page allocator and on a slow obvious one; both must agree on every result.
///
/// `PAGEHEAP_SEED` and `PAGEHEAP_OPERATIONS` repeat a failure or search deeper.
@Suite("Page allocator against a model")
struct PageAllocatorModelTests {
    /// Physical page and huge page of the simulated machines.
    static let machines: [[UInt]] = [[4096, 0], [4096, 2 << 20], [16384, 2 << 20], [65536, 0], [524_288, 4 << 20]]

    /// Chunks to grow: neighbours, the edges of root entries and of the chunk map's blocks, both ends of the space.
    private static let chunks: [Int] = {
        let edges = [1, 4096, 8192, 3 * 8192, 40 * 4096]
        let around = edges.flatMap { edge in (-3..<4).map { edge + $0 } }.filter { $0 > 0 }
        return around + ((1 << 26) - 4..<(1 << 26))
    }()

    @Test(arguments: machines.indices)
    func agrees(machine: Int) throws {
        let seed = TestRun.seed &+ UInt64(machine)
        var generator = SeededGenerator(seed: seed)
        let operations = TestRun.operations(4000)
        var done = 0
        do {
            while done < operations {
                // A new heap now and then, so that small ones are seen as often as grown ones.
                var heap = try ModelledHeap(
                    physicalPage: ByteCount(Self.machines[machine][0]), hugePage: ByteCount(Self.machines[machine][1]))
                let end = min(operations, done + 1000)
                while done < end {
                    try Self.operate(&heap, &generator)
                    done += 1
                    try heap.check(thoroughly: done % (heap.chunkCount < 4 ? 5 : 40) == 0)
                }
                try heap.check(thoroughly: true)
            }
        } catch let disagreement as ModelledHeap.Disagreement {
            Issue.record("PAGEHEAP_SEED=\(TestRun.seed), machine \(machine), operation \(done): \(disagreement.text)")
        }
    }

    private static func operate(_ heap: inout ModelledHeap, _ generator: inout SeededGenerator) throws {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        func size() -> Int {
            switch number(0...9) {
            case 0...5: number(1...8)
            case 6...7: number(1...80)
            case 8: number(1...600)
            default: number(1...1800)
            }
        }
        switch heap.chunkCount == 0 ? 99 : number(0...99) {
        case 0..<36: try heap.allocate(size(), alignment: 1)
        case 36..<44: try heap.allocate(size(), alignment: 1 << number(1...9))
        case 44..<70:
            guard !heap.live.isEmpty else { return }
            let index = number(0...(heap.live.count - 1))
            let count = heap.live[index].count
            let whole = number(0...3) > 0
            let first = whole ? 0 : number(0...(count - 1))
            heap.free(index, from: first, count: whole ? count : number(1...(count - first)))
        case 70..<75: try heap.fillCache()
        case 75..<83:
            if heap.cacheCount > 0 { try heap.allocateFromCache(number(0...(heap.cacheCount - 1)), number(1...16)) }
        case 83..<88: if heap.cacheCount > 0 { heap.flushCache(number(0...(heap.cacheCount - 1))) }
        case 88..<91: heap.startGeneration(atTop: number(0...2) == 0)
        case 91..<95: try heap.scavenge(ByteCount(UInt(number(1...(4 << 20)))), everything: false)
        case 95:
            heap.startGeneration(atTop: true)
            try heap.scavenge(0, everything: true)
        default:
            guard heap.chunkCount < 12, let chunk = chunks.randomElement(using: &generator) else { return }
            if !heap.has(chunk) { try heap.grow(chunk) }
        }
    }
}
