import PageHeapCore
import Synchronization

/// A pool of page-aligned buffers of one size, for input and output. Buffers return to the pool by themselves.
///
/// The pool keeps returned buffers idle for reuse, up to a limit; beyond it, buffers go back to the heap at once. Idle
/// buffers that were not needed for a while also go back to the heap, which releases their memory to the system, even
/// while the whole program sleeps. A pool without idle buffers costs no CPU time.
///
/// All methods may be called from any thread at any time. A pool lives as long as one of its ``Buffer``s does.
public final class BufferPool: Sendable {
    /// The heap that the pool takes buffers from.
    public let heap: PagedHeap
    /// The size of a buffer, in bytes: a whole number of pages.
    public let bufferByteCount: Int
    /// The maximum number of idle buffers.
    public let retentionLimit: Int
    /// The least time for which a buffer stays idle before it goes back to the heap. The most is twice that time.
    public let idleTime: Duration

    private let alignment: Int
    private let state: Mutex<State>

    private struct State: ~Copyable {
        /// The idle buffers. Last in, first out, because the last one's memory is most likely in the processor's
        /// caches.
        var idle: RunList
        /// The smallest number of idle buffers since the last check: that many were not needed.
        var fewestIdle = 0
        var isWatched = false
        var lent = 0
        var taken = 0
        var reused = 0

        mutating func take() -> PageRun? {
            let run = idle.removeLast()
            fewestIdle = min(fewestIdle, idle.count)
            return run
        }

        /// Moves idle buffers to another list, and resets `fewestIdle`.
        mutating func move(_ count: Int, to list: inout RunList) {
            for _ in 0..<count {
                if let run = idle.removeLast() { list.append(run) }
            }
            fewestIdle = idle.count
        }
    }

    /// Creates a pool without buffers.
    ///
    /// - Parameters:
    ///   - heap: the heap that the pool takes buffers from. The pool keeps it alive.
    ///   - bufferByteCount: the size of a buffer in bytes, at least 1. It is rounded up to whole pages.
    ///   - alignment: the alignment of each buffer in bytes, a power of two. Less than a page means a page.
    ///   - limit: the maximum number of idle buffers, 0 or more. The default is 16: enough for the requests of a few
    ///     connections, and little memory.
    ///   - idleTime: how long a buffer stays idle before it goes back to the heap; more than zero. The default is one
    ///     second: longer than the pauses between the requests of a busy server, and short beside a quiet time.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, ``PageHeapError/invalidAlignment(_:)``,
    ///   ``PageHeapError/invalidConfiguration(_:)``, ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1). The pool takes no memory before the first call of ``take()``.
    public init(
        heap: PagedHeap, bufferByteCount: Int, alignment: Int = 1, retaining limit: Int = 16,
        idleTime: Duration = .seconds(1)
    ) throws(PageHeapError) {
        guard bufferByteCount > 0, bufferByteCount <= .max - PagedHeap.pageSize else {
            throw .invalidByteCount(bufferByteCount)
        }
        guard alignment > 0, alignment & (alignment - 1) == 0 else { throw .invalidAlignment(alignment) }
        guard limit >= 0 else { throw .invalidConfiguration("retaining must be 0 or more, not \(limit)") }
        guard idleTime > .zero else { throw .invalidInterval(idleTime) }
        self.heap = heap
        self.bufferByteCount = ((bufferByteCount - 1) / PagedHeap.pageSize + 1) * PagedHeap.pageSize
        self.alignment = alignment
        retentionLimit = limit
        self.idleTime = idleTime
        state = Mutex(State(idle: RunList(of: heap)))
    }

    /// Takes a buffer from the pool: an idle one, or a new one from the heap.
    ///
    /// - Returns: the buffer. Its contents are unspecified: it may hold what its last user wrote.
    /// - Throws: ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory.
    /// - Complexity: O(1).
    public func take() throws(PageHeapError) -> Buffer {
        let waiting = state.withLock { state in
            let run = state.take()
            state.taken += 1
            state.lent += 1
            if run != nil { state.reused += 1 }
            return run
        }
        if let waiting { return Buffer(waiting, of: self) }
        do throws(PageHeapError) {
            return Buffer(try heap.allocate(byteCount: bufferByteCount, alignment: alignment), of: self)
        } catch {
            state.withLock {
                $0.taken -= 1
                $0.lent -= 1
            }
            throw error
        }
    }

    /// Takes a buffer back: keeps it idle, or frees it if the pool is full.
    func give(_ run: consuming PageRun) {
        var run: PageRun? = run
        let startsWatch = state.withLock { state in
            state.lent -= 1
            guard state.idle.count < retentionLimit, let kept = run.take() else { return false }
            state.idle.append(kept)
            defer { state.isWatched = true }
            return !state.isWatched
        }
        if startsWatch { watch() }
    }

    /// The pool's statistics, as one consistent snapshot.
    ///
    /// - Complexity: O(1), under the pool's lock.
    public var statistics: Statistics {
        state.withLock {
            Statistics(
                bufferByteCount: bufferByteCount, lentCount: $0.lent, idleCount: $0.idle.count,
                takenTotalCount: $0.taken, reusedTotalCount: $0.reused)
        }
    }

    /// Returns all idle buffers to the heap now.
    ///
    /// - Complexity: O(idle buffers).
    public func releaseIdleBuffers() {
        var waiting = RunList(of: heap)
        state.withLock { $0.move($0.idle.count, to: &waiting) }
    }

    /// Checks for unneeded buffers every `idleTime`, for as long as there are idle buffers.
    private func watch() {
        Task.detached(priority: .utility) { [weak self, idleTime] in
            repeat {
                guard await sleep(until: .now + idleTime) else { return }
            } while self?.releaseUnneeded() == true
        }
    }

    /// Returns the idle buffers that were not needed since the last check to the heap.
    ///
    /// - Returns: whether idle buffers remain. If none do, the checks end.
    func releaseUnneeded() -> Bool {
        // Outlives the closure, so that the buffers are freed after the lock is released.
        var unneeded = RunList(of: heap)
        return state.withLock { state in
            state.move(state.fewestIdle, to: &unneeded)
            state.isWatched = state.idle.count > 0
            return state.isWatched
        }
    }
}
