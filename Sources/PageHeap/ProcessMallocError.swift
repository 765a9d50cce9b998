import CPageHeapInterface

/// The reason why ``ProcessMalloc`` cannot use the process's malloc.
public enum ProcessMallocError: Error, Hashable, Sendable {
    /// `libpageheapmalloc.so` is not loaded in the process.
    case notLoaded
    /// The library is loaded, but malloc is another one: the library was loaded after the program had started, or
    /// another malloc comes before it.
    case notInUse
    /// The library is of another version, with an incompatible interface.
    case incompatibleInterface(major: Int, minor: Int)
}

extension ProcessMallocError: CustomStringConvertible {
    /// What is wrong, and what to do about it, in one line.
    public var description: String {
        let remedy =
            "start it with LD_PRELOAD=/path/to/libpageheapmalloc.so, or link the product pageheapmalloc"
        return switch self {
        case .notLoaded: "libpageheapmalloc.so is not the malloc of this process: \(remedy)"
        case .notInUse:
            "libpageheapmalloc.so is loaded, but another malloc comes before it in this process: \(remedy), and preload no other malloc"
        case .incompatibleInterface(let major, let minor):
            "the libpageheapmalloc.so of this process has interface \(major).\(minor); this program needs "
                + "\(PAGEHEAP_VERSION_MAJOR).\(PAGEHEAP_VERSION_MINOR): build both from one version of PageHeap"
        }
    }
}
