import SystemPackage

/// What can go wrong with a heap.
public enum PageHeapError: Error, Hashable, Sendable {
    /// A number of pages that is not positive.
    case invalidPageCount(Int)
    /// An alignment that is not a power of two.
    case invalidAlignment(Int)
    /// A heap goal that is negative.
    case invalidHeapGoal(Int)
    /// A setting that is out of its range; says which, and what the range is.
    case invalidConfiguration(String)
    /// The operating system's refusal.
    case system(Errno)
}

extension PageHeapError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidPageCount(let count): "a number of pages must be at least 1, not \(count)"
        case .invalidAlignment(let bytes): "an alignment must be a power of two, not \(bytes)"
        case .invalidHeapGoal(let bytes): "a heap goal must be 0 or more, not \(bytes)"
        case .invalidConfiguration(let text): text
        case .system(let errno): "the operating system refused memory: \(errno)"
        }
    }
}
