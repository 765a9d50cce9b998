import Synchronization

/// The radix tree of summaries: flat arrays, one per level, linked by index arithmetic alone. An entry of a level
/// covers eight of the next; a leaf covers a chunk. There are five levels in 48 bits of address space: see
/// ``PageGeometry``.
///
/// Address space for the levels is reserved once (585 MiB for the whole managed space) and mapped only where the heap
/// has grown. If the system counts reserved address space and refuses that much, the levels cover only a window of the
/// address space, and growth outside it is refused. The first page of each level lies in the arena: see
/// ``SparseSpace``.
///
/// A single pointer, so that hot paths can pass it by value.
package struct SummaryTree {
    /// One level: its reserved entries, and which of them are accessible.
    private struct Level {
        var space: SparseSpace
        var first: Int
        var count: Int
    }

    /// For each level, the address that entry 0 has or would have. The levels and the bitmaps of their spaces follow in
    /// memory.
    ///
    /// Relaxed: changed under the heap lock. A reader without the lock that uses the previous address finds values that
    /// are out of date, nothing worse.
    private let bases: UnsafeMutablePointer<Atomic<UInt>>

    private static var levelsOffset: Int { 64 }

    private var levels: UnsafeMutablePointer<Level> {
        (UnsafeMutableRawPointer(bases) + Self.levelsOffset).assumingMemoryBound(to: Level.self)
    }

    /// Creates a tree over the root entries that touch `window`. `nil` if the system refuses address space.
    package init?(
        window: AddressRange, in arena: inout MetadataArena, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        if !PageGeometry.row.isSound { fatal("the page allocator cannot be built with its geometry") }
        guard let memory = arena.allocatePages(Self.storageBytes(system), using: system) else { return nil }
        bases = memory.bindMemory(to: Atomic<UInt>.self, capacity: PageGeometry.row.levels)
        let rootShift = UInt(PageGeometry.row.levelShift(0))
        let first = Int(bitPattern: window.base.rawValue &>> rootShift)
        let end = Int(bitPattern: (window.limit.rawValue &- 1) &>> rootShift) + 1
        for level in 0..<PageGeometry.row.levels {
            let entriesPerRoot = 1 << (PageGeometry.row.levelShift(0) - PageGeometry.row.levelShift(level))
            let count = (end - first) * entriesPerRoot
            let bits = memory + Int(bitPattern: Self.bitsOffset(level, system).rawValue)
            guard let lent = arena.allocatePages(SparseSpace.partBytes(system), using: system),
                let space = SparseSpace(bytes: Self.bytes(count), bits: bits, lent: lent, using: system)
            else {
                cancel(levels: level, using: system)
                return nil
            }
            levels[level] = Level(space: space, first: first * entriesPerRoot, count: count)
            setBase(level)
        }
    }

    private func setBase(_ level: Int) {
        let base = levels[level].space.base &- Self.bytes(levels[level].first).rawValue
        bases[level].store(base, ordering: .relaxed)
    }

    /// Returns the bytes of `count` entries.
    private static func bytes(_ count: Int) -> ByteCount {
        ByteCount(UInt(bitPattern: count &* MemoryLayout<UInt64>.stride))
    }

    /// Returns the offset of the bitmap of a level's space, after the levels and the bitmaps of the levels above it.
    private static func bitsOffset(
        _ level: Int, _ system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        var offset = ByteCount(UInt(levelsOffset + PageGeometry.row.levels * MemoryLayout<Level>.stride))
        for above in 0..<level { offset += SparseSpace.bitsBytes(bytes(PageGeometry.row.entryCount(above)), system) }
        return offset
    }

    private static func storageBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        bitsOffset(PageGeometry.row.levels, system)
    }

    /// Returns the address space of the levels.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        cancel(levels: PageGeometry.row.levels, using: system)
    }

    private func cancel(levels count: Int, using system: borrowing some OperatingSystem & ~Copyable) {
        for level in 0..<count { levels[level].space.cancel(using: system) }
    }

    /// Returns the indices of the entries of a level that an address range touches.
    @inline(__always)
    package static func entries(_ level: Int, of range: AddressRange) -> Range<Int> {
        let shift = UInt(bitPattern: PageGeometry.row.levelShift(level))
        // Computed from the last byte: the limit itself may belong to the next entry, or lie past the address space.
        return Int(bitPattern: range.base.rawValue &>> shift)..<Int(bitPattern: (range.limit.rawValue &- 1) &>> shift)
            &+ 1
    }

    /// Makes the entries of a range accessible at every level, rounded out to whole blocks, because merging reads all
    /// eight.
    ///
    /// - Returns: the bytes of metadata that became accessible, or `nil` if the system refuses or the range lies
    ///   outside the tree's window.
    func makeAccessible(
        _ range: AddressRange, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var taken: ByteCount = 0
        for level in 0..<PageGeometry.row.levels {
            var entries = Self.entries(level, of: range)
            if level > 0 {
                let block = PageGeometry.row.blockEntries(level)
                entries = entries.lowerBound & ~(block - 1)..<(entries.upperBound + block - 1) & ~(block - 1)
            }
            let reserved = levels[level]
            guard entries.lowerBound >= reserved.first && entries.upperBound <= reserved.first + reserved.count
            else { return nil }
            let bytes =
                Self.bytes(entries.lowerBound - reserved.first)
                .rawValue..<Self.bytes(
                    entries.upperBound - reserved.first
                ).rawValue
            let more = levels[level].space.cover(bytes, using: system)
            // Also after a refusal: the space may have moved its first part before it.
            setBase(level)
            guard let more else { return nil }
            taken += more
        }
        return taken
    }

    @inline(__always)
    private func entry(_ level: Int, _ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        invariant(
            index >= levels[level].first && index - levels[level].first < levels[level].count, "no such summary")
        let address = bases[level].load(ordering: .relaxed) &+ UInt(bitPattern: index &* MemoryLayout<UInt64>.stride)
        return UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    /// The summary of an entry. Relaxed: written under the heap lock; a reader without the lock looks again under it.
    @inline(__always)
    package subscript(level: Int, index: Int) -> PageSummary {
        get { PageSummary(packed: entry(level, index).pointee.load(ordering: .relaxed)) }
        nonmutating set { entry(level, index).pointee.store(newValue.packed, ordering: .relaxed) }
    }

    /// The summary of a chunk.
    @inline(__always)
    package subscript(leaf chunk: ChunkIndex) -> PageSummary {
        get { self[PageGeometry.row.leafLevel, Int(bitPattern: chunk.rawValue)] }
        nonmutating set { self[PageGeometry.row.leafLevel, Int(bitPattern: chunk.rawValue)] = newValue }
    }

    /// Returns the merged summary of an inner entry's eight children.
    @inline(__always)
    package func mergedChildren(_ level: Int, _ index: Int) -> PageSummary {
        let below = level &+ 1
        let first = index &<< PageGeometry.bitsPerLevel
        return PageSummary.merged(
            count: 1 &<< PageGeometry.bitsPerLevel, logPages: PageGeometry.row.levelLogPages(below)
        ) { self[below, first &+ $0] }
    }
}
