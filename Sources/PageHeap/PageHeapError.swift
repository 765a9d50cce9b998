import SystemPackage

/// What can go wrong with a heap.
public enum PageHeapError: Error, Hashable, Sendable {
    /// A number of pages that is not positive.
    case invalidPageCount(Int)
    /// An alignment that is not a power of two.
    case invalidAlignment(Int)
    /// A number of bytes that is not positive, where there has to be at least one; negative, where there may be none; or
    /// beyond what can be counted in whole pages.
    case invalidByteCount(Int)
    /// A place in a run, or a new size of it, that it does not have: what was asked for, and the most there is; at least 1.
    case pageCountOutOfRange(Int, limit: Int)
    /// A heap goal that is negative.
    case invalidHeapGoal(Int)
    /// A time between two looks that is not positive.
    case invalidInterval(Duration)
    /// Runs of different heaps, which cannot become one.
    case differentHeaps
    /// Runs one of which does not begin where the other ends.
    case notAdjacent
    /// A buffer that is not whole pages of the heap, all of them in use.
    case notInUse
    /// A setting that is out of its range; says which, and what the range is.
    case invalidConfiguration(String)
    /// The operating system's refusal.
    case system(Errno)
}

extension PageHeapError: CustomStringConvertible {
    /// What is wrong, and what would be right, in a line.
    public var description: String {
        switch self {
        case .invalidPageCount(let count): "a number of pages must be at least 1, not \(count)"
        case .invalidAlignment(let bytes): "an alignment must be a power of two, not \(bytes)"
        case .invalidByteCount(let bytes): "a number of bytes must be at least 1, not \(bytes)"
        case .pageCountOutOfRange(let count, let limit):
            limit < 1
                ? "a run of one page cannot be cut in two"
                : "a number of pages must be 1 to \(limit) here, not \(count)"
        case .invalidInterval(let interval): "an interval must be more than nothing, not \(interval)"
        case .differentHeaps: "the runs belong to different heaps"
        case .notAdjacent: "the run does not begin where the other one ends"
        case .notInUse: "the buffer is not whole pages of the heap, all of them in use"
        case .invalidHeapGoal(let bytes): "a heap goal must be 0 or more, not \(bytes)"
        case .invalidConfiguration(let text): text
        case .system(let errno): "the operating system refused memory: \(errno)"
        }
    }
}
