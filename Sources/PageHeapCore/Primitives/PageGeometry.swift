/// The sizes that the page allocator is built on.
///
/// Page, chunk and the eight summaries of a block are the same on every machine, because other code is written for
/// them: a chunk's bitmap has eight words, and the summaries that one step of a search scans are one cache line. What
/// differs is a *row*, a value of this type: the width of the address space, the levels of the summary tree over it,
/// and the split of the chunk map. Everything else follows:
///
///     rootBits + bitsPerLevel × (levels − 1) + chunkShift = heapAddressBits        (14 + 3 × 4 + 22 = 48)
///
/// The allocator is built for one row, ``row``. All members of that are constants to the compiler.
package struct PageGeometry: Equatable, Sendable {
    /// log2 of the bytes of a page, the unit of allocation.
    package static var pageShift: Int { 13 }
    /// log2 of the pages that one bitmap covers.
    package static var pagesPerChunkShift: Int { 9 }
    /// Index bits that each level of summaries below the root adds.
    package static var bitsPerLevel: Int { 3 }

    package static var pageBytes: ByteCount { ByteCount(1 &<< UInt(pageShift)) }
    package static var pagesPerChunk: PageCount { PageCount(1 &<< UInt(pagesPerChunkShift)) }
    package static var chunkShift: Int { pageShift + pagesPerChunkShift }
    package static var chunkBytes: ByteCount { ByteCount(1 &<< UInt(chunkShift)) }

    /// The width in bits of the (offset) address space that is managed.
    package let heapAddressBits: Int
    /// Levels of the radix tree of summaries.
    package let levels: Int
    /// log2 of the slots in the chunk map's root; 0 makes the map flat.
    package let chunkMapRootBits: Int

    @inline(__always)
    private init(heapAddressBits: Int, levels: Int, chunkMapRootBits: Int) {
        self.heapAddressBits = heapAddressBits
        self.levels = levels
        self.chunkMapRootBits = chunkMapRootBits
    }
}

extension PageGeometry {
    /// The row of machines of 64 bits.
    @inline(__always)
    package static var bits48: PageGeometry { PageGeometry(heapAddressBits: 48, levels: 5, chunkMapRootBits: 13) }

    /// The row of machines of 64 bits whose processes have 8 GiB of address space.
    @inline(__always)
    package static var bits33: PageGeometry { PageGeometry(heapAddressBits: 33, levels: 4, chunkMapRootBits: 0) }

    /// The row of address spaces of 32 bits.
    @inline(__always)
    package static var bits32: PageGeometry { PageGeometry(heapAddressBits: 32, levels: 4, chunkMapRootBits: 0) }

    /// The row that this build is for. `Scripts/test-geometry` sets the conditions; what is shipped has neither.
    @inline(__always)
    package static var row: PageGeometry {
        #if PAGEHEAP_GEOMETRY_32
            bits32
        #elseif PAGEHEAP_GEOMETRY_33
            bits33
        #else
            bits48
        #endif
    }
}

extension PageGeometry {
    /// Index bits of the root level.
    @inline(__always)
    package var rootBits: Int { heapAddressBits &- Self.chunkShift &- Self.bitsPerLevel &* leafLevel }

    /// The level whose entries are chunks.
    @inline(__always)
    package var leafLevel: Int { levels &- 1 }

    /// Index bits that a level adds.
    @inline(__always)
    package func levelBits(_ level: Int) -> Int { level == 0 ? rootBits : Self.bitsPerLevel }

    /// log2 of the bytes that one entry of a level covers.
    @inline(__always)
    package func levelShift(_ level: Int) -> Int { Self.chunkShift &+ Self.bitsPerLevel &* (leafLevel &- level) }

    /// log2 of the pages that one entry of a level covers.
    @inline(__always)
    package func levelLogPages(_ level: Int) -> Int {
        Self.pagesPerChunkShift &+ Self.bitsPerLevel &* (leafLevel &- level)
    }

    /// The number of entries of a level, over the whole address space.
    @inline(__always)
    package func entryCount(_ level: Int) -> Int { 1 &<< (heapAddressBits &- levelShift(level)) }

    /// The number of entries that a search scans together at a level: the whole root, or the children of one entry.
    @inline(__always)
    package func blockEntries(_ level: Int) -> Int { 1 &<< levelBits(level) }

    /// log2 of the chunks that one block of the chunk map covers.
    @inline(__always)
    package var chunkMapBlockShift: Int { heapAddressBits &- Self.chunkShift &- chunkMapRootBits }

    /// The number of slots in the chunk map's root.
    @inline(__always)
    package var chunkMapRootSlots: Int { 1 &<< chunkMapRootBits }

    /// Whether the allocator can be built from these sizes: the levels cover the address space, the three figures of a
    /// root entry fit a packed summary beside its highest bit, the addresses of all levels lie in one cache line, and
    /// the chunk map has at least one chunk in each of the 64 parts of a block.
    @inline(__always)
    package var isSound: Bool {
        rootBits >= 0 && levels >= 2 && levels <= 8 && 3 &* levelLogPages(0) <= 63 && chunkMapRootBits >= 0
            && chunkMapBlockShift >= 6
    }
}
