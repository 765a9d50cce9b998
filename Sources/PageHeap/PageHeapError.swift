import PageHeapCore
import SystemPackage

/// An error of a heap, a run, an arena or a pool.
public enum PageHeapError: Error, Hashable, Sendable {
    /// A number of pages that is not positive.
    case invalidPageCount(Int)
    /// An alignment that is not a power of two.
    case invalidAlignment(Int)
    /// A number of bytes that is negative, is 0 if at least 1 is required, or is too large to count in whole pages.
    case invalidByteCount(Int)
    /// A number of pages that is out of range for a run: the number, and the largest one allowed. The smallest is 1.
    case pageCountOutOfRange(Int, limit: Int)
    /// A heap goal that is negative.
    case invalidHeapGoal(Int)
    /// An interval that is not positive.
    case invalidInterval(Duration)
    /// Two runs of different heaps, which cannot be joined.
    case differentHeaps
    /// Two runs of which the second does not begin where the first ends.
    case notAdjacent
    /// A buffer that is not whole pages of the heap, all of them in use.
    case notInUse
    /// A setting that is out of range. The text names the setting and its range.
    case invalidConfiguration(String)
    /// A limit of the process, because of which the system refuses it a heap or a scavenger.
    case limitReached(Limit)
    /// An error of the operating system.
    case system(Errno)

    /// A limit on what a process may have.
    public enum Limit: Hashable, Sendable {
        /// The number of mappings: on Linux `vm.max_map_count`, usually 65,530. A heap takes two to nine.
        case mappings
        /// The size of the address space: `RLIMIT_AS`, in a shell `ulimit -v`.
        case addressSpace
        /// The size of private memory that can be written: `RLIMIT_DATA`, in a shell `ulimit -d`.
        case data
    }

    /// The error of a heap or a scavenger that the system has just refused memory.
    static var refusedHeap: PageHeapError {
        switch SystemHeap.metLimit {
        case .mappings: .limitReached(.mappings)
        case .addressSpace: .limitReached(.addressSpace)
        case .data: .limitReached(.data)
        case nil: .system(.noMemory)
        }
    }
}

extension PageHeapError: CustomStringConvertible {
    /// What is wrong, and what is valid, in one line.
    public var description: String {
        switch self {
        case .invalidPageCount(let count): "a number of pages must be at least 1, not \(count)"
        case .invalidAlignment(let bytes): "an alignment must be a power of two, not \(bytes)"
        case .invalidByteCount(let bytes): "a number of bytes must be at least 1, not \(bytes)"
        case .pageCountOutOfRange(let count, let limit):
            limit < 1
                ? "a run of one page cannot be cut in two"
                : "a number of pages must be 1 to \(limit) here, not \(count)"
        case .invalidInterval(let interval): "an interval must be longer than 0, not \(interval)"
        case .differentHeaps: "the runs belong to different heaps"
        case .notAdjacent: "the run does not begin where the other one ends"
        case .notInUse: "the buffer is not whole pages of the heap, all of them in use"
        case .invalidHeapGoal(let bytes): "a heap goal must be 0 or more, not \(bytes)"
        case .invalidConfiguration(let text): text
        case .limitReached(.mappings): "the process has as many mappings as the system allows it: vm.max_map_count"
        case .limitReached(.addressSpace): "the process's address space is limited, and too little is left: ulimit -v"
        case .limitReached(.data): "the process's private memory is limited, and too little is left: ulimit -d"
        case .system(let errno): "the operating system refused memory: \(errno)"
        }
    }
}
