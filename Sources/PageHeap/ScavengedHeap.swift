/// A heap that releases free memory to the operating system: the common interface of ``PagedHeap`` and
/// ``ProcessMalloc``, for code that monitors or controls either of them.
///
/// All members may be used from any thread at any time.
public protocol ScavengedHeap: Sendable {
    /// The heap's statistics, as one consistent snapshot.
    ///
    /// - Complexity: O(1).
    var statistics: PagedHeap.Statistics { get }

    /// Asks the kernel how many bytes of the heap's memory are physical, without its metadata.
    ///
    /// - Returns: the bytes, or nil if the kernel does not say.
    /// - Complexity: O(memory that is accessible): a system call for each 4 MiB, about 1 ms per GiB.
    func residentByteCount() -> Int?

    /// The memory limit in bytes, or nil if there is none. It applies to what the heap retains plus its metadata.
    ///
    /// - Complexity: O(1).
    var memoryLimit: Int? { get }

    /// Sets or removes the memory limit. The limit is soft: allocations that exceed it succeed.
    ///
    /// - Parameter bytes: the limit in bytes, at least 1, or nil for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; for the process's malloc, also
    ///   ``PageHeapError/system(_:)``.
    /// - Complexity: O(1). Memory is released in the background.
    func setMemoryLimit(_ bytes: Int?) throws(PageHeapError)

    /// Releases all free memory to the operating system, and waits until that is done.
    ///
    /// - Returns: the number of bytes of physical memory that the system got back.
    /// - Complexity: O(free memory), most of it in the kernel: about 0.1 s per GiB.
    @discardableResult
    func releaseFreeMemory() -> Int
}

extension PagedHeap: ScavengedHeap {}
