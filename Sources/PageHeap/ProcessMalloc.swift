import CPageHeap
import CPageHeapInterface
import PageHeapCore

/// The malloc that this process runs on, where that is `libpageheapmalloc.so`: all that C code and the Swift runtime
/// allocate, classes, arrays and strings included.
///
/// ```swift
/// let malloc = try ProcessMalloc()
/// print(malloc.statistics.retainedBytes)
/// try malloc.setMemoryLimit(512 << 20)
/// malloc.releaseFreeMemory()
/// ```
///
/// The library is looked up in the process; nothing has to be linked for it. It is there when the program was started with
/// `LD_PRELOAD`, or linked with the product `pageheapmalloc`.
///
/// A handle; copies name the same malloc. All members may be used from any thread at any time, but not from signal
/// handlers.
public struct ProcessMalloc: ScavengedHeap {
    private let functions: ProcessMallocFunctions

    /// Finds the process's malloc.
    ///
    /// - Throws: ``ProcessMallocError``, where malloc is another one; its description says what to do.
    /// - Complexity: a few searches of the process's symbols, some microseconds.
    public init() throws(ProcessMallocError) { functions = try ProcessMallocFunctions() }

    /// The figures that every heap has: one consistent snapshot. Physical pages that were released inside spans of blocks
    /// count as released, and not as in use.
    ///
    /// - Complexity: O(threads).
    public var statistics: PageHeap.Statistics { mallocStatistics.heap }

    /// All figures, those that only a malloc has included.
    ///
    /// - Complexity: O(threads).
    public var mallocStatistics: MallocStatistics { MallocStatistics(functions.snapshot()) }

    /// The most bytes that the malloc should have from the system, its own books included, or nothing where there is no
    /// limit.
    ///
    /// - Complexity: O(1).
    public var memoryLimit: Int? {
        let limit = functions.getMemoryLimit()
        return limit == .max ? nil : Int(clamping: limit)
    }

    /// Sets the memory limit, or takes it away: what `PAGEHEAP_MEMORY_LIMIT` said holds no longer.
    ///
    /// The limit counts what the malloc retains and its own books. It is soft: from five percent below it on, free memory
    /// goes back in the background, whatever the program is expected to need; an allocation that would go beyond it gives
    /// other free memory back first, within bounds; and a program that needs more gets more. A limit below what is in use
    /// is legal.
    ///
    /// - Parameter bytes: at least 1, or nothing for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/system(_:)`` with `noMemory` where the malloc
    ///   could not make its heap.
    /// - Complexity: O(1). What has to go back goes in the background.
    public func setMemoryLimit(_ bytes: Int?) throws(PageHeapError) {
        let limit = try PageHeap.Configuration.checkedLimit(bytes)
        guard functions.setMemoryLimit(limit.map { UInt64($0.rawValue) } ?? .max) == 0 else { throw .system(.noMemory) }
    }

    /// Gives all free memory back to the operating system now, and waits for it: free pages, blocks in threads' caches,
    /// free physical pages inside spans.
    ///
    /// - Returns: bytes given back.
    /// - Complexity: O(free memory), most of it in the kernel: about 0.1 s for a GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(clamping: functions.release()) }

    /// Says whether and how the scavenger's work is told of on standard error, from now on: what `PAGEHEAP_SCAVTRACE`
    /// said holds no longer.
    ///
    /// - Parameter trace: how.
    /// - Complexity: O(1).
    public func setTrace(_ trace: PageHeap.Configuration.Trace) {
        _ = functions.setScavengeTrace(UInt32(trace.kind.rawValue))
    }
}
