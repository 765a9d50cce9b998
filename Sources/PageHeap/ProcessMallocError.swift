import CPageHeapInterface

/// Why the process's malloc is none that ``ProcessMalloc`` can speak with.
public enum ProcessMallocError: Error, Hashable, Sendable {
    /// `libpageheapmalloc.so` is not in the process.
    case notLoaded
    /// It is in the process, but malloc is another one: it was loaded after the program had started, or another malloc
    /// comes before it.
    case notInUse
    /// It is another version of the library, with an interface that this one does not speak.
    case incompatibleInterface(major: Int, minor: Int)
}

extension ProcessMallocError: CustomStringConvertible {
    /// What is wrong, and what to do about it, in a line.
    public var description: String {
        let remedy =
            "start it with LD_PRELOAD=/path/to/libpageheapmalloc.so, or link the product pageheapmalloc"
        return switch self {
        case .notLoaded: "libpageheapmalloc.so is not the malloc of this process: \(remedy)"
        case .notInUse:
            "libpageheapmalloc.so is loaded, but another malloc comes before it in this process: \(remedy), alone"
        case .incompatibleInterface(let major, let minor):
            "the libpageheapmalloc.so of this process has interface \(major).\(minor); this program needs "
                + "\(PAGEHEAP_VERSION_MAJOR).\(PAGEHEAP_VERSION_MINOR): build both from one version of PageHeap"
        }
    }
}
