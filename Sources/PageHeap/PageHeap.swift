import PageHeapCore
import SystemPackage

/// A heap of pages that gives memory back.
///
/// Pages are 8 KiB. They are taken from the lowest free address that fits; pages that have been freed go back to the
/// operating system in the background, from the highest address down, at about one percent of the machine's CPU time,
/// until resident memory is close to what the heap needs.
///
/// Independent heaps may live side by side. All methods may be called from any thread at any time. A heap lives as long
/// as one of its ``PageRun``s does.
public final class PageHeap: Sendable {
    let heap: SystemHeap
    private let start = SuspendingClock().now

    /// The size of a page, in bytes.
    public static var pageSize: Int { Int(PageGeometry.pageBytes.rawValue) }

    /// Makes a heap. Reserves address space, which costs no memory.
    ///
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/system(_:)`` if the system refuses address
    ///   space.
    public init(_ configuration: Configuration = Configuration()) throws(PageHeapError) {
        guard let heap = SystemHeap(try configuration.checked()) else { throw .system(.noMemory) }
        self.heap = heap
    }

    /// Takes pages.
    ///
    /// - Parameters:
    ///   - pages: at least 1.
    ///   - alignment: of the first byte's address, in bytes: a power of two. Less than a page means a page.
    /// - Returns: the pages' owner. Their contents are unspecified where ``PageRun/isZeroed`` is false.
    /// - Throws: ``PageHeapError``; ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory.
    /// - Complexity: O(1) in the size of the heap: five levels of summaries at most.
    public func allocate(pages: Int, alignment: Int = 1) throws(PageHeapError) -> PageRun {
        guard pages > 0 else { throw .invalidPageCount(pages) }
        guard alignment > 0, alignment & (alignment - 1) == 0 else { throw .invalidAlignment(alignment) }
        let alignmentPages = max(1, alignment / Self.pageSize)
        guard let run = heap.allocate(PageCount(UInt(pages)), alignment: PageCount(UInt(alignmentPages))) else {
            throw .system(.noMemory)
        }
        return PageRun(
            heap: self, address: run.address, pages: pages,
            isZeroed: heap.releasedReadsZero && run.scavenged == PageCount(UInt(pages)).bytes)
    }

    /// Gives the memory of all free pages back to the operating system now, and waits for it.
    ///
    /// - Returns: bytes given back.
    /// - Complexity: O(free pages), most of it in the kernel: about 0.1 s for a GiB.
    @discardableResult
    public func releaseFreeMemory() -> Int { Int(heap.releaseFreeMemory().rawValue) }

    /// The heap's figures: one consistent snapshot.
    public var statistics: Statistics {
        let age = start.duration(to: SuspendingClock().now) / .seconds(1)
        return Statistics(heap.figures(), age: age, processors: max(1, Int(heap.processorCount)))
    }
}
