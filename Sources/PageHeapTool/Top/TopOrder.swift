/// The column by which size classes are sorted.
enum TopOrder: String, CaseIterable, Sendable {
    case bytes
    case free = "beside blocks"
    case blocks = "blocks out"
    case size

    var next: TopOrder {
        let all = Self.allCases
        let index = all.firstIndex(of: self) ?? 0
        return all[(index + 1) % all.count]
    }

    /// Returns the classes that have spans, the first in this order first.
    func sorted(_ classes: [ClassFigures]) -> [ClassFigures] {
        classes.filter { $0.spans > 0 }.sorted { left, right in
            switch self {
            case .bytes: left.bytes > right.bytes
            case .free: left.pinned > right.pinned
            case .blocks: left.programBlocks > right.programBlocks
            case .size: left.block < right.block
            }
        }
    }
}
