import PageHeapCore

/// The address space of the golden cases: all addresses are relative to one base, and −1 means 'none'.
enum GoldenSpace {
    /// The base of the original's cases: address 0xc000 × 4 MiB, in a space whose addresses are offset by 2^47.
    static let baseChunk = ChunkIndex(33_603_584)

    /// Chunks from the base to the end of the address space.
    static let chunkLimit = Int(OffsetAddress.maximum.rawValue >> UInt(PageGeometry.chunkShift)) + 1 - 33_603_584

    static let pageLimit = chunkLimit * 512

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
