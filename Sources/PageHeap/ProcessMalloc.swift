import CPageHeap
import CPageHeapInterface
import PageHeapCore

/// The malloc of this process, if that is `libpageheapmalloc.so`. It serves all allocations of C code and the Swift
/// runtime, including classes, arrays and strings.
///
/// ```swift
/// let malloc = try ProcessMalloc()
/// print(malloc.statistics.retainedByteCount)
/// try malloc.setMemoryLimit(512 << 20)
/// malloc.releaseFreeMemory()
/// ```
///
/// The library is looked up in the process at run time; this type needs no linking. The process has the library if the
/// program was started with `LD_PRELOAD`, or linked with the product `pageheapmalloc`.
///
/// A value of this type is a handle; copies refer to the same malloc. All members may be used from any thread at any
/// time, but not from signal handlers.
public struct ProcessMalloc: ScavengedHeap {
    private let functions: ProcessMallocFunctions

    /// Finds the process's malloc.
    ///
    /// - Throws: ``ProcessMallocError`` if the process has another malloc. Its description says what to do.
    /// - Complexity: a few symbol lookups, which take some microseconds.
    public init() throws(ProcessMallocError) { functions = try ProcessMallocFunctions() }

    /// The statistics that every heap has, as one consistent snapshot.
    ///
    /// - Complexity: O(1): a few microseconds, some of them under the heap's lock.
    public var statistics: PagedHeap.Statistics {
        PagedHeap.Statistics(functions.snapshot(), processors: SystemHeap.processors)
    }

    /// All statistics, including those that only a malloc has.
    ///
    /// - Complexity: O(threads).
    public var mallocStatistics: MallocStatistics { MallocStatistics(functions.snapshot(), functions.cached()) }

    /// Asks the kernel how many bytes of the malloc's memory are physical, without its metadata.
    ///
    /// - Returns: the bytes, or nil if the kernel may not be asked, as in a sandbox.
    /// - Complexity: O(memory that is accessible): a system call for each 4 MiB, about 1 ms per GiB.
    public func residentByteCount() -> Int? {
        let bytes = functions.residentByteCount()
        return bytes == .max ? nil : Int(clamping: bytes)
    }

    /// The memory limit in bytes, or nil if there is none. As long as none was set, it follows from that of the process's
    /// control group and what else is used of it.
    ///
    /// - Complexity: O(1).
    public var memoryLimit: Int? {
        let limit = functions.getMemoryLimit()
        return limit == .max ? nil : Int(clamping: limit)
    }

    /// Sets or removes the memory limit. This overrides `PAGEHEAP_MEMORY_LIMIT` and the container's limit.
    ///
    /// The limit applies to what the malloc retains plus its metadata, and it is soft. Above 95 percent of the limit,
    /// free memory is released in the background even if the program is expected to need it. An allocation that would
    /// exceed the limit first releases other free memory, within bounds, but it succeeds if that does not suffice. A
    /// limit below what is in use is legal.
    ///
    /// - Parameter bytes: the limit in bytes, at least 1, or nil for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/system(_:)`` with `noMemory` if the malloc
    ///   could not create its heap.
    /// - Complexity: O(1). Memory is released in the background.
    public func setMemoryLimit(_ bytes: Int?) throws(PageHeapError) {
        let limit = try PagedHeap.Configuration.checkedLimit(bytes)
        guard functions.setMemoryLimit(limit.map { UInt64($0.rawValue) } ?? .max) == 0 else { throw .system(.noMemory) }
    }

    /// Releases all free memory to the operating system, and waits until that is done. This includes free pages, free
    /// blocks in thread caches, and free physical pages inside spans.
    ///
    /// - Returns: the number of bytes of physical memory that the system got back.
    /// - Complexity: O(free memory), most of it in the kernel: about 0.1 s per GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(clamping: functions.release()) }

    /// Sets the format of the scavenger trace on standard error. This overrides `PAGEHEAP_SCAVTRACE`.
    ///
    /// - Parameter trace: the format, or `none` for no trace.
    /// - Complexity: O(1).
    public func setTrace(_ trace: PagedHeap.Configuration.Trace) {
        _ = functions.setScavengeTrace(UInt32(trace.kind.rawValue))
    }
}
