import PageHeapCore
import SystemPackage

/// A heap of pages that gives memory back.
///
/// Pages are 8 KiB. They are taken from the lowest free address that fits; pages that have been freed go back to the
/// operating system in the background, from the highest address down, at about one percent of the machine's CPU time,
/// until resident memory is close to what the heap needs.
///
/// Independent heaps may live side by side, each with a scavenger of its own, or sharing a ``Scavenger``. All methods may be
/// called from any thread at any time.
///
/// A heap's memory lives as long as somebody refers to the heap, or has a ``PageRun`` of it: nobody can look at a heap while
/// it is torn down, and no run can outlive its memory. When the last of them goes, the worker is stopped, or looks after the
/// heap no more, which waits for the system call that it is in, and all address space is given back. Runs need no
/// reference for that: the heap's books know of them.
public final class PageHeap: Sendable {
    let heap: SystemHeap
    private let start = SuspendingClock().now

    /// The size of a page, in bytes: 8 KiB, on all systems.
    @inlinable
    public static var pageSize: Int { 8192 }

    /// Makes a heap. Reserves address space, which costs no memory.
    ///
    /// - Parameters:
    ///   - configuration: all settings; the defaults where nothing else is said.
    ///   - scavenger: gives the heap's memory back together with that of other heaps, where the configuration says that it
    ///     goes back in the background; without it the heap has a thread of its own. It lasts as long as the heap.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/system(_:)`` if the system refuses address
    ///   space.
    /// - Complexity: O(1): some system calls.
    public init(
        _ configuration: Configuration = Configuration(), scavenger: Scavenger? = nil
    ) throws(PageHeapError) {
        guard let heap = SystemHeap(try configuration.checked(), scavenger: scavenger?.scavenger) else {
            throw .system(.noMemory)
        }
        self.heap = heap
    }

    deinit { heap.abandon() }

    /// The heap's figures: one consistent snapshot.
    ///
    /// - Complexity: O(1): a few microseconds, some of them under the heap's lock.
    public var statistics: PageHeap.Statistics {
        let age = start.duration(to: SuspendingClock().now) / .seconds(1)
        return PageHeap.Statistics(heap.figures(), age: age, processors: SystemHeap.processors)
    }
}
