import PageHeapCore

/// The address space of the golden cases: all addresses are relative to one base, and −1 means 'none'.
///
/// The cases were recorded in 48 bits. In a smaller address space those that reach beyond it are left out.
enum GoldenSpace {
    /// Whether this build has the geometry that the cases were recorded with.
    static let isOriginal = PageGeometry.row == .bits48

    /// The base of the original's cases: address 0xc000 × 4 MiB, in a space whose addresses are offset by 2^47. In a
    /// smaller space the second root entry: the base must be that of one, and not the first.
    static let baseChunk =
        isOriginal ? ChunkIndex(originalBase) : ChunkIndex(rowChunks >> UInt(PageGeometry.row.rootBits))

    private static let originalBase: UInt = 33_603_584
    private static let rowChunks = UInt(PageGeometry.row.entryCount(PageGeometry.row.leafLevel))

    /// Chunks from the base to the end of the address space, of this build and of the original.
    static let chunkLimit = Int(rowChunks - baseChunk.rawValue)
    static let originalChunkLimit = 1 << 26 - Int(originalBase)

    static let originalPageLimit = originalChunkLimit * 512

    /// A case reaches beyond the address space of this build.
    struct Beyond: Error {}

    static func chunk(_ offset: Int) -> ChunkIndex { baseChunk + ChunkIndex(UInt(offset)) }

    static func address(page: Int) -> OffsetAddress { baseChunk.base + PageCount(UInt(page)).bytes }

    static func page(_ address: OffsetAddress) -> Int {
        address == .maximum ? -1 : byte(address) / Int(PageGeometry.pageBytes.rawValue)
    }

    static func page(_ allocation: PageAllocation?) -> Int { allocation.map { page($0.base) } ?? -1 }

    static func byte(_ address: OffsetAddress) -> Int { Int(address.rawValue) - Int(baseChunk.base.rawValue) }

    static func chunk(_ address: OffsetAddress) -> Int {
        Int(ChunkIndex(containing: address).rawValue) - Int(baseChunk.rawValue)
    }
}
