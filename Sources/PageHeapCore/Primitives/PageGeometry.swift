/// The sizes that the page allocator is built on. The first five are choices; all others follow from them.
///
///     rootBits + bitsPerLevel × (levels − 1) + chunkShift = heapAddressBits        (14 + 3 × 4 + 22 = 48)
///
/// With three bits per level, the eight summaries that one step of a search scans are one cache line.
package enum PageGeometry {
    /// log2 of the bytes of a page, the unit of allocation.
    package static var pageShift: Int { 13 }
    /// log2 of the pages that one bitmap covers.
    package static var pagesPerChunkShift: Int { 9 }
    /// The width in bits of the (offset) address space that is managed.
    package static var heapAddressBits: Int { 48 }
    /// Levels of the radix tree of summaries.
    package static var levels: Int { 5 }
    /// Index bits that each level below the root adds.
    package static var bitsPerLevel: Int { 3 }

    package static var pageBytes: ByteCount { ByteCount(1 &<< UInt(pageShift)) }
    package static var pagesPerChunk: PageCount { PageCount(1 &<< UInt(pagesPerChunkShift)) }
    package static var chunkShift: Int { pageShift + pagesPerChunkShift }
    package static var chunkBytes: ByteCount { ByteCount(1 &<< UInt(chunkShift)) }
    package static var rootBits: Int { heapAddressBits - chunkShift - bitsPerLevel * (levels - 1) }
    package static var leafLevel: Int { levels - 1 }

    /// Index bits that a level adds.
    @inline(__always)
    package static func levelBits(_ level: Int) -> Int { level == 0 ? rootBits : bitsPerLevel }

    /// log2 of the bytes that one entry of a level covers.
    @inline(__always)
    package static func levelShift(_ level: Int) -> Int { chunkShift &+ bitsPerLevel &* (leafLevel &- level) }

    /// log2 of the pages that one entry of a level covers.
    @inline(__always)
    package static func levelLogPages(_ level: Int) -> Int {
        pagesPerChunkShift &+ bitsPerLevel &* (leafLevel &- level)
    }

    /// The number of entries of a level, over the whole address space.
    @inline(__always)
    package static func entryCount(_ level: Int) -> Int { 1 &<< (heapAddressBits &- levelShift(level)) }

    /// The number of entries that a search scans together at a level: the whole root, or the children of one entry.
    @inline(__always)
    package static func blockEntries(_ level: Int) -> Int { 1 &<< levelBits(level) }

    /// log2 of the chunks that one block of the chunk map covers.
    package static var chunkMapBlockShift: Int { 13 }
    /// The number of slots in the chunk map's root.
    package static var chunkMapRootSlots: Int { 1 &<< (heapAddressBits - chunkShift - chunkMapBlockShift) }
}
