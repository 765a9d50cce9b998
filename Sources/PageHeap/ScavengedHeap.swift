/// A heap whose free memory goes back to the operating system: what ``PageHeap/PageHeap`` and ``ProcessMalloc`` have in
/// common, for whatever reports or steers either of them.
///
/// All members may be used from any thread at any time.
public protocol ScavengedHeap: Sendable {
    /// The heap's figures: one consistent snapshot.
    ///
    /// - Complexity: O(1) for a ``PageHeap/PageHeap``, O(threads) for ``ProcessMalloc``.
    var statistics: PageHeap.Statistics { get }

    /// The most bytes that the heap should have from the system, its own books included, or nothing where there is no
    /// limit.
    ///
    /// - Complexity: O(1).
    var memoryLimit: Int? { get }

    /// Sets the memory limit, or takes it away. The limit is soft: a program that needs more gets more.
    ///
    /// - Parameter bytes: at least 1, or nothing for no limit.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; of the process's malloc, ``PageHeapError/system(_:)`` as well.
    /// - Complexity: O(1). What has to go back goes in the background.
    func setMemoryLimit(_ bytes: Int?) throws(PageHeapError)

    /// Gives all free memory back to the operating system now, and waits for it.
    ///
    /// - Returns: bytes given back.
    /// - Complexity: O(free memory), most of it in the kernel: about 0.1 s for a GiB.
    @discardableResult
    func releaseFreeMemory() -> Int
}

extension PageHeap: ScavengedHeap {}
