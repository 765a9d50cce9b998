import PageHeapCore

/// An arena: memory that is allocated piece by piece and freed all at once, such as that of one request, parse or
/// frame.
///
/// An allocation only advances a pointer, and no piece is freed on its own. The arena takes memory from a heap in runs
/// that double in size, from 64 KiB to 2 MiB, and returns it when the arena is reset or destroyed. The arena runs no
/// deinitialisers, so it stores only values that need none.
///
/// An arena has one owner and may be used by one thread at a time.
public struct Arena: ~Copyable, Sendable {
    /// The address at which the next piece may begin, and the end of the current run.
    @usableFromInline
    var next: UInt = 0
    @usableFromInline
    var end: UInt = 0

    /// Identifies the slots that this arena has created since its last reset.
    @usableFromInline
    var identity = Identity.next()

    private let heap: PagedHeap
    private var runs: RunList
    /// The number of runs up to and including the current one. Runs after it were kept by a reset.
    private var usedRuns = 0

    /// The memory that the arena has taken from its heap, in bytes.
    public private(set) var capacityByteCount = 0

    /// Creates an arena without memory.
    ///
    /// - Parameter heap: the heap that the arena takes memory from. The arena keeps it alive.
    /// - Complexity: O(1). The arena takes no memory before the first allocation.
    public init(heap: PagedHeap) {
        self.heap = heap
        runs = RunList(of: heap)
    }

    /// Allocates a piece of memory.
    ///
    /// - Parameters:
    ///   - byteCount: the size in bytes, 0 or more.
    ///   - alignment: the alignment in bytes, a power of two.
    /// - Returns: the piece, with unspecified contents. It must not be used after ``reset(keepingMemory:)``, or after
    ///   the arena is destroyed.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, ``PageHeapError/invalidAlignment(_:)``;
    ///   ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory. The arena is then unchanged.
    /// - Complexity: O(1), except when the arena needs a new run.
    @inlinable
    public mutating func allocate(
        byteCount: Int, alignment: Int = 16
    ) throws(PageHeapError) -> UnsafeMutableRawBufferPointer {
        guard byteCount >= 0 else { throw .invalidByteCount(byteCount) }
        guard alignment > 0, alignment & (alignment &- 1) == 0 else { throw .invalidAlignment(alignment) }
        if let piece = takePiece(byteCount, alignment) { return piece }
        return try takePieceOfNextRun(byteCount, alignment)
    }

    /// Allocates a piece of the current run. Returns nil if the run has no room.
    @inlinable
    mutating func takePiece(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawBufferPointer? {
        let mask = UInt(bitPattern: alignment &- 1)
        // Addresses stay far below the maximum, so only an absurd alignment wraps around: then `start` is below `next`.
        let start = (next &+ mask) & ~mask
        guard start >= next, start <= end, UInt(bitPattern: byteCount) <= end &- start,
            let pointer = UnsafeMutableRawPointer(bitPattern: start)
        else { return nil }
        next = start &+ UInt(bitPattern: byteCount)
        return UnsafeMutableRawBufferPointer(start: pointer, count: byteCount)
    }

    /// Allocates a piece of the next run that a reset kept, or of a new run.
    @usableFromInline
    mutating func takePieceOfNextRun(
        _ byteCount: Int, _ alignment: Int
    ) throws(PageHeapError) -> UnsafeMutableRawBufferPointer {
        let before = (next, end, usedRuns)
        while usedRuns < runs.count {
            enterNextRun()
            if let piece = takePiece(byteCount, alignment) { return piece }
        }
        do throws(PageHeapError) {
            let pages = max(
                Tunables.arenaFirstRunPages << min(runs.count, Tunables.arenaRunDoublings), Self.pages(byteCount))
            runs.append(try heap.allocate(pageCount: pages, alignment: alignment))
            capacityByteCount += pages * PagedHeap.pageSize
        } catch {
            (next, end, usedRuns) = before
            throw error
        }
        enterNextRun()
        guard let piece = takePiece(byteCount, alignment) else { preconditionFailure("the new run is too small") }
        return piece
    }

    private mutating func enterNextRun() {
        let range = runs.range(usedRuns)
        usedRuns += 1
        (next, end) = (range.lowerBound, range.upperBound)
    }

    private static func pages(_ byteCount: Int) -> Int { max(byteCount - 1, 0) / PagedHeap.pageSize + 1 }

    /// Frees everything that was allocated. All earlier slots become invalid.
    ///
    /// - Parameter keepingMemory: whether the arena keeps its runs, with their physical memory, for the next
    ///   allocations. Otherwise the runs go back to the heap, which releases their memory to the system after a while
    ///   without need for it.
    /// - Complexity: O(1) if the memory is kept, otherwise O(runs).
    public mutating func reset(keepingMemory: Bool = false) {
        if !keepingMemory {
            while runs.removeLast() != nil {}
            capacityByteCount = 0
        }
        (next, end, usedRuns) = (0, 0, 0)
        identity = Identity.next()
    }
}
