import PageHeapCore
import PageHeapSimulation

/// The kind of heap that a random program makes.
enum ModelShape: Sendable {
    /// A few chunks side by side: soon full, and checked after every step.
    case small
    /// Chunks at the edges of root entries and of the chunk map's blocks, and at both ends of the address space.
    case wide
    /// Thousands of chunks, or as many as the address space has; runs of gibibytes; alignments up to a gibibyte.
    case large

    /// The largest number of chunks that a heap grows to.
    var chunkLimit: Int {
        switch self {
        case .small: 3
        case .wide: 12
        case .large: 3000
        }
    }

    /// log2 of the largest alignment, in pages.
    var largestAlignmentShift: Int { self == .large ? 17 : 9 }

    /// Steps between two comparisons of everything.
    var checkInterval: Int {
        switch self {
        case .small: 1
        case .wide: 20
        case .large: 400
        }
    }

    /// A number of pages, mostly a small one.
    func randomSize(using generator: inout SeededGenerator) -> Int {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        switch number(0...19) {
        case 0..<12: return number(1...8)
        case 12..<16: return number(1...80)
        case 16..<18: return number(1...600)
        case 18: return number(1...1800)
        default: return self == .large ? number(1...(1 << 18)) : number(1...300)
        }
    }

    /// Growth somewhere: neighbours, so that heaps meet, and places far from each other.
    func randomGrowth(using generator: inout SeededGenerator) -> ModelOperation {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        switch self {
        case .small: return .grow(place: Int(PageGeometry.row.rootChunks) + number(-2...2), chunks: 1)
        case .wide: return .grow(place: Self.edges.randomElement(using: &generator) ?? 0, chunks: number(1...2))
        case .large:
            let all = Int(PageGeometry.row.chunkCount)
            let (middle, step) = (min(3 * 8192, all / 2), min(250, all / 16))
            return .grow(place: middle + step * number(-6...6), chunks: number(1...4 * step))
        }
    }

    /// Chunks around all kinds of edges.
    private static let edges: [Int] = {
        let last = Int(PageGeometry.row.chunkCount)
        let edges = [0, 1, 8, 64, 512, 4096, 8192, 3 * 8192, 40 * 4096, last / 2, last - 4096, last - 1, last]
        return edges.flatMap { edge in (edge - 3)...(edge + 3) }.filter { $0 >= 0 && $0 < last }
    }()
}
