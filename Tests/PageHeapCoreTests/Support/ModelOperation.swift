import PageHeapSimulation

/// A step of a random program. It refers to runs and caches by numbers, taken modulo how many there are, so that a
/// program remains valid if steps are left out.
enum ModelOperation: Equatable, Sendable {
    case grow(place: Int, chunks: Int)
    case allocate(Int)
    case allocateAligned(Int, alignment: Int)
    /// The pages that follow a run in use.
    case extend(run: Int, by: Int)
    /// Pages at a given place, some of which may be in use or outside the heap.
    case takeAt(place: Int, count: Int)
    case free(run: Int)
    /// The low end, the high end or the middle of a run is freed.
    case trimLow(run: Int, by: Int)
    case trimHigh(run: Int, by: Int)
    case freeInside(run: Int, from: Int, count: Int)
    /// A run and the one that follows it without a gap are freed in one step.
    case freeNeighbours(run: Int)
    case fillCache
    case allocateFromCache(cache: Int, Int)
    case flushCache(cache: Int)
    case startGeneration(atTop: Bool)
    case scavenge(bytes: Int)
    /// A new generation from the top, in which everything is released.
    case scavengeAll
}

extension ModelOperation {
    /// A random step, with sizes that suit a shape of heap.
    static func random(_ shape: ModelShape, using generator: inout SeededGenerator) -> ModelOperation {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        /// Any number: it is taken modulo how many runs or caches there are.
        func any() -> Int { number(0...9999) }
        let size = shape.randomSize(using: &generator)
        switch number(0...99) {
        case 0..<26: return .allocate(size)
        case 26..<34: return .allocateAligned(size, alignment: 1 << number(1...shape.largestAlignmentShift))
        case 34..<38: return .extend(run: any(), by: size)
        case 38..<42: return .takeAt(place: number(0...(1 << 24)), count: size)
        case 42..<58: return .free(run: any())
        case 58..<61: return .trimLow(run: any(), by: size)
        case 61..<64: return .trimHigh(run: any(), by: size)
        case 64..<67: return .freeInside(run: any(), from: any(), count: size)
        case 67..<70: return .freeNeighbours(run: any())
        case 70..<75: return .fillCache
        case 75..<83: return .allocateFromCache(cache: any(), number(1...16))
        case 83..<88: return .flushCache(cache: any())
        case 88..<91: return .startGeneration(atTop: number(0...2) == 0)
        case 91..<95: return .scavenge(bytes: number(1...(4 << 20)))
        case 95: return shape == .large && number(0...7) != 0 ? .fillCache : .scavengeAll
        default: return shape.randomGrowth(using: &generator)
        }
    }
}
