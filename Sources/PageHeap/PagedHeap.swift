import PageHeapCore
import Synchronization
import SystemPackage

/// A heap of pages that releases free memory to the operating system.
///
/// Pages are 8 KiB. Runs of pages are allocated at the lowest free address that fits. The memory of free pages is
/// released in the background, from the highest address down, until resident memory is close to what the heap needs.
/// That takes at most one percent of the machine's CPU time over any minute.
///
/// A process may have several independent heaps, each with a scavenger of its own, or with a shared ``Scavenger``. All
/// methods may be called from any thread at any time.
///
/// A heap's memory lives as long as there is a reference to the heap or a ``PageRun`` of it. So no thread can use a
/// heap that is being torn down, and no run outlives its memory. When the last of them is gone, the heap is torn down:
/// once the system call in progress is done, its worker stops, or the shared scavenger detaches it, and all address
/// space is given up. Runs need no reference to the heap for that, because the heap counts the pages in use.
public final class PagedHeap: Sendable {
    let heap: SystemHeap
    /// The runs for which there are handles.
    let stored: Mutex<StoredRuns>

    /// The size of a page, in bytes: 8 KiB, on all systems.
    @inlinable
    public static var pageSize: Int { 8192 }

    /// Creates a heap. It reserves address space, which costs no memory.
    ///
    /// - Parameters:
    ///   - configuration: the heap's settings.
    ///   - scavenger: a scavenger that the heap shares with other heaps, or nil for a thread of the heap's own. Ignored
    ///     if the configuration turns background release off. The heap keeps it alive.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; if the system refuses address space,
    ///   ``PageHeapError/limitReached(_:)`` with the process's limit that is the reason, or else ``PageHeapError/system(_:)``.
    /// - Complexity: O(1): some system calls.
    public init(
        _ configuration: Configuration = Configuration(), scavenger: Scavenger? = nil
    ) throws(PageHeapError) {
        guard let heap = SystemHeap(try configuration.checked(), scavenger: scavenger?.scavenger) else {
            throw .refusedHeap
        }
        self.heap = heap
        stored = Mutex(StoredRuns(of: heap))
    }

    deinit { heap.abandon() }

    /// The heap's statistics, as one consistent snapshot.
    ///
    /// - Complexity: O(1): a few microseconds, some of them under the heap's lock.
    public var statistics: PagedHeap.Statistics {
        PagedHeap.Statistics(heap.figures().values, processors: SystemHeap.processors)
    }

    /// Asks the kernel how many bytes of the heap's memory are physical, without its metadata.
    ///
    /// - Returns: the bytes, or nil if the kernel does not say.
    /// - Complexity: O(memory that is accessible): a system call for each 4 MiB, about 1 ms per GiB.
    public func residentByteCount() -> Int? { heap.residentBytes().map { Int(clamping: $0.rawValue) } }
}
