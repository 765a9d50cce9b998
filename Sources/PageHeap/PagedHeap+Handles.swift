import PageHeapCore
import Synchronization

/// Runs that the heap looks after, for arrays, dictionaries and all else that cannot hold a noncopyable value.
///
/// A wrong handle stops the program, in release builds, too, and says what was wrong on standard error: a handle of
/// another heap, or of a run that was released or taken, or that ``withRun(_:_:)`` is using at that moment.
extension PagedHeap {
    /// Takes over a run, which lives until it is released, taken out again, or the heap ends.
    ///
    /// - Parameter run: a run of this heap. A run of another heap stops the program.
    /// - Returns: the handle that stands for the run.
    /// - Complexity: O(1) on average, under a lock.
    public func store(_ run: consuming PageRun) -> PageRun.Handle {
        guard run.heap == heap else { stop("a heap was to store a run of another heap") }
        let run = run.withoutOwner()
        return stored.withLock { $0.add(run) }
    }

    /// Whether the heap looks after the run of a handle. False for handles of other heaps.
    ///
    /// - Parameter handle: any handle.
    /// - Complexity: O(1) on average, under a lock.
    public func contains(_ handle: PageRun.Handle) -> Bool { stored.withLock { $0.contains(handle) } }

    /// Calls a closure with a stored run, which it may read, write, split, grow and shrink.
    ///
    /// - Parameters:
    ///   - handle: the run's handle. No two calls may use one run at the same time; other runs may be used meanwhile.
    ///   - body: a closure that leaves a run of this heap in its argument.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws. What it did to the run before remains.
    /// - Complexity: O(1) on average, twice under a lock, apart from `body`.
    public func withRun<Result: ~Copyable, Failure: Error>(
        _ handle: PageRun.Handle, _ body: (inout PageRun) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var run = PageRun(stored.withLock { $0.lend(handle) }, of: heap)
        do throws(Failure) {
            let result = try body(&run)
            putBack(handle, run)
            return result
        } catch {
            putBack(handle, run)
            throw error
        }
    }

    private func putBack(_ handle: PageRun.Handle, _ run: consuming PageRun) {
        guard run.heap == heap else { stop("withRun was left with a run of another heap") }
        let run = run.withoutOwner()
        stored.withLock { $0.putBack(handle, run) }
    }

    /// Takes a stored run out, so that it has an owner again. Its handle is of no use any more.
    ///
    /// - Parameter handle: the run's handle.
    /// - Returns: the run.
    /// - Complexity: O(1) on average, under a lock.
    public func take(_ handle: PageRun.Handle) -> PageRun { PageRun(stored.withLock { $0.remove(handle) }, of: heap) }

    /// Frees a stored run. Its handle is of no use any more.
    ///
    /// - Parameter handle: the run's handle.
    /// - Complexity: O(pages / 512), and O(1) on average under a lock.
    public func release(_ handle: PageRun.Handle) { take(handle).release() }
}
