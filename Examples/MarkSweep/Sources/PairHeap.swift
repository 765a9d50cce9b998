import PageHeap

/// A collected heap of pairs on pages: marks what can be reached from the roots, sweeps the rest, gives empty blocks back,
/// and tells the page heap how large it expects to be when the next collection ends. The page heap does the rest: it keeps
/// what will be needed by then, and gives the memory above that back to the system.
public final class PairHeap {
    /// The pages' heap. Its cycles are those of the collector.
    public let pages: PageHeap
    /// Collections so far.
    public private(set) var collections = 0
    /// Pairs that there are, reachable or not.
    public private(set) var pairCount = 0
    /// A collection begins when there are so many: twice what the last one left, as Go does by default.
    public private(set) var goal = PairHeap.smallestGoal

    /// The values that are in use; all that they lead to is, too.
    public var roots: [Value] = []

    private var blocks: [Block?] = []
    private var present = 0

    private static let smallestGoal = 4096

    public init() throws(PageHeapError) {
        var configuration = PageHeap.Configuration()
        configuration.cycles = .runtime
        pages = try PageHeap(configuration)
    }

    /// Makes a pair. What is not reachable from ``roots``, `first` or `second` may be gone afterwards.
    public func pair(_ first: Value, _ second: Value) throws(PageHeapError) -> Pair {
        if pairCount >= goal { try collect(keeping: [first, second]) }
        while present < blocks.count {
            if let cell = blocks[present]?.allocate(first, second) { return made(cell) }
            present += 1
        }
        present = blocks.firstIndex { $0 == nil } ?? blocks.count
        let block = try Block(from: pages)
        if present == blocks.count { blocks.append(block) } else { blocks[present] = block }
        guard let cell = block.allocate(first, second) else { preconditionFailure("a new block without room") }
        return made(cell)
    }

    private func made(_ cell: Int) -> Pair {
        pairCount += 1
        return Pair(block: present, cell: cell)
    }

    /// The first of a pair.
    public func first(_ pair: Pair) -> Value { cell(pair).first }

    /// The second of a pair.
    public func second(_ pair: Pair) -> Value { cell(pair).second }

    /// Changes the second of a pair; it may lead back to the pair.
    public func setSecond(_ pair: Pair, to value: Value) { blocks[pair.block]?[pair.cell].second = value }

    private func cell(_ pair: Pair) -> Cell {
        guard let cell = blocks[pair.block]?[pair.cell], cell.isUsed else {
            preconditionFailure("a pair that has been collected")
        }
        return cell
    }

    /// Frees all pairs that cannot be reached, and ends the page heap's cycle.
    public func collect() throws(PageHeapError) { try collect(keeping: []) }

    private func collect(keeping values: [Value]) throws(PageHeapError) {
        mark(from: roots + values)
        pairCount = 0
        for index in blocks.indices {
            guard let block = blocks[index] else { continue }
            block.sweep()
            pairCount += block.used
            if block.used == 0 { blocks[index] = nil }
        }
        present = 0
        collections += 1
        goal = max(2 * pairCount, Self.smallestGoal)
        try pages.endCycle(heapGoal: goal * MemoryLayout<Cell>.stride)
    }

    private func mark(from values: [Value]) {
        var open = values
        while let value = open.popLast() {
            guard case .pair(let pair) = value, let block = blocks[pair.block], !block[pair.cell].isMarked else {
                continue
            }
            block[pair.cell].isMarked = true
            open.append(block[pair.cell].first)
            open.append(block[pair.cell].second)
        }
    }
}
