import PageHeapCore
import Synchronization

/// Memory that is handed out piece by piece and goes back all at once: for what belongs to one request, one parse, one
/// frame.
///
/// An allocation moves a mark forward; nothing is freed by itself. The arena takes its memory from a heap in runs that
/// double in size, from 64 KiB to 2 MiB, and gives it back when it is reset or goes. No deinitialiser is run on what is in
/// it, so only values that need none can be.
///
/// An arena has one owner, and is used by one thread at a time.
public struct Arena: ~Copyable, Sendable {
    /// Where the next piece may begin, and where the present run ends.
    @usableFromInline
    var next: UInt = 0
    @usableFromInline
    var end: UInt = 0

    /// Tells slots that were made here since the last reset from all others.
    @usableFromInline
    var identity = Arena.newIdentity()

    private let heap: PageHeap
    private var runs: RunList
    /// The runs up to and with the present one. Those behind it were kept by a reset.
    private var usedRuns = 0

    /// Bytes that the arena has from its heap.
    public private(set) var capacityBytes = 0

    private static let identities = Atomic<UInt64>(0)

    private static func newIdentity() -> UInt64 { identities.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Makes an arena without memory.
    ///
    /// - Parameter heap: where its memory comes from. The arena keeps it alive.
    /// - Complexity: O(1). No memory is taken before the first allocation.
    public init(heap: PageHeap) {
        self.heap = heap
        runs = RunList(of: heap)
    }

    /// Takes a piece of memory.
    ///
    /// - Parameters:
    ///   - byteCount: 0 or more.
    ///   - alignment: of its first byte's address, in bytes: a power of two.
    /// - Returns: the piece, whose contents are unspecified. It must not be used after ``reset(keepingMemory:)``, or when
    ///   the arena has gone.
    /// - Throws: ``PageHeapError/invalidByteCount(_:)``, ``PageHeapError/invalidAlignment(_:)``;
    ///   ``PageHeapError/system(_:)`` with `noMemory` if the system refuses memory. Then the arena is as it was.
    /// - Complexity: O(1), but for a new run now and then.
    @inlinable
    public mutating func allocate(
        byteCount: Int, alignment: Int = 16
    ) throws(PageHeapError) -> UnsafeMutableRawBufferPointer {
        guard byteCount >= 0 else { throw .invalidByteCount(byteCount) }
        guard alignment > 0, alignment & (alignment &- 1) == 0 else { throw .invalidAlignment(alignment) }
        if let piece = takePiece(byteCount, alignment) { return piece }
        return try takePieceOfNextRun(byteCount, alignment)
    }

    /// A piece of the present run, or nothing where it has no room.
    @inlinable
    mutating func takePiece(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawBufferPointer? {
        let mask = UInt(bitPattern: alignment &- 1)
        // Addresses end far below the last one, so only an absurd alignment wraps around, to less than where it was.
        let start = (next &+ mask) & ~mask
        guard start >= next, start <= end, UInt(bitPattern: byteCount) <= end &- start,
            let pointer = UnsafeMutableRawPointer(bitPattern: start)
        else { return nil }
        next = start &+ UInt(bitPattern: byteCount)
        return UnsafeMutableRawBufferPointer(start: pointer, count: byteCount)
    }

    /// A piece of a run that was kept, or of a new one.
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
            runs.append(try heap.allocate(pages: pages, alignment: alignment))
            capacityBytes += pages * PageHeap.pageSize
        } catch {
            (next, end, usedRuns) = before
            throw error
        }
        enterNextRun()
        guard let piece = takePiece(byteCount, alignment) else { preconditionFailure("a run without room") }
        return piece
    }

    private mutating func enterNextRun() {
        let range = runs.range(usedRuns)
        usedRuns += 1
        (next, end) = (range.lowerBound, range.upperBound)
    }

    private static func pages(_ byteCount: Int) -> Int { max(byteCount - 1, 0) / PageHeap.pageSize + 1 }

    /// Forgets all that was allocated. Slots that were made before are no longer valid.
    ///
    /// - Parameter keepingMemory: whether the runs stay for what is allocated next, with the physical memory that they
    ///   have. Otherwise they go back to the heap, and their memory to the system when the heap has had no need for it for
    ///   a while.
    /// - Complexity: O(1) where the memory is kept, else O(runs).
    public mutating func reset(keepingMemory: Bool = false) {
        if !keepingMemory {
            while runs.removeLast() != nil {}
            capacityBytes = 0
        }
        (next, end, usedRuns) = (0, 0, 0)
        identity = Self.newIdentity()
    }
}
