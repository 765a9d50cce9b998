import PageHeap

/// A heap of pairs with a garbage collector, on pages. A collection marks the pairs that can be reached from the roots,
/// frees the others, gives empty blocks back, and tells the page heap how large the heap will be when the next
/// collection ends. The page heap keeps the memory that will be needed by then, and gives the rest back to the system.
public final class PairHeap {
    /// The page heap. Its cycles are those of the collector.
    public let pages: PagedHeap
    /// The count of collections so far.
    public private(set) var collections = 0
    /// The count of pairs, reachable or not.
    public private(set) var pairCount = 0
    /// The count of pairs at which a collection begins: twice what the last one left, as in Go by default.
    public private(set) var goal = PairHeap.smallestGoal

    /// The values that are in use. All pairs that they lead to are in use, too.
    public var roots: [Value] = []

    private var blocks: [Block?] = []
    private var present = 0

    private static let smallestGoal = 4096

    public init() throws(PageHeapError) {
        var configuration = PagedHeap.Configuration()
        configuration.cycles = .runtime
        pages = try PagedHeap(configuration)
    }

    /// Makes a pair. This may free pairs that cannot be reached from ``roots``, `first` or `second`.
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

    /// Returns the first value of a pair.
    public func first(_ pair: Pair) -> Value { cell(pair).first }

    /// Returns the second value of a pair.
    public func second(_ pair: Pair) -> Value { cell(pair).second }

    /// Changes the second value of a pair, which may lead back to the pair.
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
