import PageHeapCore
import Synchronization

/// Buffers of one size, page-aligned, for input and output: taken, filled, handed on, and given back by themselves.
///
/// Buffers that come back wait for the next one who takes one, up to a limit; others go back to the heap at once. Of those
/// that wait, the ones that nobody needed for a while go back to the heap, too, and their memory to the system: also
/// while the whole program sleeps. A pool of which nothing waits costs no time.
///
/// All methods may be called from any thread at any time. A pool lives as long as one of its ``Buffer``s does.
public final class BufferPool: Sendable {
    /// The heap that the buffers are from.
    public let heap: PageHeap
    /// The size of a buffer, in bytes: whole pages.
    public let bufferByteCount: Int
    /// The most buffers that may wait.
    public let retentionLimit: Int
    /// How long a buffer waits in vain, at least; at most it is twice as long.
    public let idleTime: Duration

    private let alignment: Int
    private let state: Mutex<State>

    private struct State: ~Copyable {
        /// Last in, first out: the last one's memory is the likeliest to be in the processor's caches.
        var idle: RunList
        /// The fewest that waited at a time since the last look: so many were not needed.
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

        /// Moves some of those that wait elsewhere; begins to count anew how many wait at least.
        mutating func move(_ count: Int, to list: inout RunList) {
            for _ in 0..<count {
                if let run = idle.removeLast() { list.append(run) }
            }
            fewestIdle = idle.count
        }
    }

    /// Makes a pool without buffers.
    ///
    /// - Parameters:
    ///   - heap: where the buffers come from. The pool keeps it alive.
    ///   - bufferByteCount: at least 1; rounded up to whole pages.
    ///   - alignment: of each buffer's first byte's address, in bytes: a power of two. Less than a page means a page.
    ///   - limit: the most buffers that may wait for the next use; 0 or more. The default is 16: enough for a few
    ///     connections' turns, and little memory.
    ///   - idleTime: how long a buffer waits in vain before it goes back to the heap; more than nothing. The default is one
    ///     second, as long as a cycle of the heap's own.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, ``PageHeapError/invalidAlignment(_:)``,
    ///   ``PageHeapError/invalidConfiguration(_:)``, ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1). No memory is taken before the first buffer is.
    public init(
        heap: PageHeap, bufferByteCount: Int, alignment: Int = 1, retaining limit: Int = 16,
        idleTime: Duration = .seconds(1)
    ) throws(PageHeapError) {
        guard bufferByteCount > 0, bufferByteCount <= .max - PageHeap.pageSize else {
            throw .invalidByteCount(bufferByteCount)
        }
        guard alignment > 0, alignment & (alignment - 1) == 0 else { throw .invalidAlignment(alignment) }
        guard limit >= 0 else { throw .invalidConfiguration("retaining must be 0 or more, not \(limit)") }
        guard idleTime > .zero else { throw .invalidInterval(idleTime) }
        self.heap = heap
        self.bufferByteCount = ((bufferByteCount - 1) / PageHeap.pageSize + 1) * PageHeap.pageSize
        self.alignment = alignment
        retentionLimit = limit
        self.idleTime = idleTime
        state = Mutex(State(idle: RunList(of: heap)))
    }

    /// Takes a buffer.
    ///
    /// - Returns: its owner. Its contents are unspecified: it may hold what its last user wrote.
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

    /// Takes a buffer back.
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

    /// The pool's figures: one consistent snapshot.
    ///
    /// - Complexity: O(1), under the pool's lock.
    public var statistics: Statistics {
        state.withLock {
            Statistics(
                bufferByteCount: bufferByteCount, lentBuffers: $0.lent, idleBuffers: $0.idle.count,
                takenTotal: $0.taken, reusedTotal: $0.reused)
        }
    }

    /// Gives all buffers that wait back to the heap now.
    ///
    /// - Complexity: O(buffers that wait).
    public func releaseIdleBuffers() {
        var waiting = RunList(of: heap)
        state.withLock { $0.move($0.idle.count, to: &waiting) }
    }

    /// Looks from time to time, for as long as buffers wait.
    private func watch() {
        Task.detached(priority: .utility) { [weak self, idleTime] in
            repeat {
                guard await sleep(until: .now + idleTime) else { return }
            } while self?.releaseUnneeded() == true
        }
    }

    /// Gives those that nobody needed since the last look back to the heap.
    ///
    /// - Returns: whether some still wait. Where none do, the watch is over.
    func releaseUnneeded() -> Bool {
        // They go when the lock is free again.
        var unneeded = RunList(of: heap)
        return state.withLock { state in
            state.move(state.fewestIdle, to: &unneeded)
            state.isWatched = state.idle.count > 0
            return state.isWatched
        }
    }
}
