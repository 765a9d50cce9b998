import Synchronization

/// Where the bitmaps of a chunk lie: a sparse map of two levels, whose blocks exist only where the heap has grown.
///
/// The root is read without a lock by the scavenger; a block is published in it with a releasing store when its memory
/// is there, and looked up with an acquiring load.
package struct ChunkMap: ~Copyable {
    /// A block of bitmaps: its address, 0 if it is not there, and which of its 64 parts are accessible.
    private struct Slot: ~Copyable {
        let block: Atomic<UInt>
        var accessibleParts: UInt64
    }

    private let root: UnsafeMutablePointer<Slot>

    private static var chunksPerBlock: UInt { 1 &<< UInt(PageGeometry.chunkMapBlockShift) }
    private static var blockBytes: ByteCount { ChunkPages.bytes * chunksPerBlock }
    private static var partBytes: UInt { blockBytes.rawValue / 64 }

    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        // Zero throughout: a slot that was never written says 'no block'.
        guard let memory = system.mapMetadata(Self.rootBytes(system.physicalPageBytes)) else { return nil }
        root = memory.bindMemory(to: Slot.self, capacity: PageGeometry.chunkMapRootSlots)
    }

    private static func rootBytes(_ physicalPage: ByteCount) -> ByteCount {
        ByteCount(UInt(PageGeometry.chunkMapRootSlots * MemoryLayout<Slot>.stride)).roundedUp(to: physicalPage)
    }

    /// Gives all blocks and the root back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        for slot in 0..<PageGeometry.chunkMapRootSlots {
            if let block = UnsafeMutableRawPointer(bitPattern: block(slot)) { cancel(block, slot, using: system) }
        }
        system.unmapWholeMetadata(root, Self.rootBytes(system.physicalPageBytes))
    }

    private func cancel(
        _ block: UnsafeMutableRawPointer, _ slot: Int, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        while root[slot].accessibleParts != 0 {
            let first = root[slot].accessibleParts.trailingZeroBitCount
            let count = (~(root[slot].accessibleParts &>> UInt64(first))).trailingZeroBitCount
            system.unmapMetadata(block + first * Int(Self.partBytes), ByteCount(UInt(count) * Self.partBytes))
            root[slot].accessibleParts &= ~BitOperations.mask(first: UInt(first), count: UInt(count))
        }
        system.cancelMetadata(block, Self.blockBytes)
    }

    /// The address of a slot's block, 0 where there is none. Relaxed: for holders of the heap lock.
    @inline(__always)
    private func block(_ slot: Int) -> UInt { root[slot].block.load(ordering: .relaxed) }

    /// Makes the bitmaps of some chunks usable. They are zero.
    ///
    /// - Returns: the bytes of metadata that this took, or nil if the system refuses.
    mutating func makeAccessible(
        _ chunks: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var taken: ByteCount = 0
        var chunk = chunks.lowerBound
        while chunk < chunks.upperBound {
            let slot = Int(bitPattern: chunk &>> UInt(PageGeometry.chunkMapBlockShift))
            let blockEnd = min(chunks.upperBound, (UInt(bitPattern: slot) &+ 1) &* Self.chunksPerBlock)
            let isNew = block(slot) == 0
            if isNew && system.physicalPageBytes > Self.blockBytes { return nil }
            guard
                let block = isNew
                    ? system.reserveMetadata(Self.blockBytes) : UnsafeMutableRawPointer(bitPattern: block(slot))
            else { return nil }
            let end = Self.offset(blockEnd &- 1) &+ ChunkPages.bytes.rawValue
            guard let more = makeAccessible(Self.offset(chunk)..<end, of: block, slot, using: system) else {
                if isNew { cancel(block, slot, using: system) }
                return nil
            }
            taken += more
            // Releasing: whoever finds the block finds its memory usable.
            if isNew { root[slot].block.store(UInt(bitPattern: block), ordering: .releasing) }
            chunk = blockEnd
        }
        return taken
    }

    /// Makes bytes of a block usable, in whole parts and whole physical pages.
    private func makeAccessible(
        _ bytes: Range<UInt>, of block: UnsafeMutableRawPointer, _ slot: Int,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let step = ByteCount(max(Self.partBytes, system.physicalPageBytes.rawValue))
        let first = ByteCount(bytes.lowerBound).roundedDown(to: step).rawValue / Self.partBytes
        let end = ByteCount(bytes.upperBound).roundedUp(to: step).rawValue / Self.partBytes
        let wanted = BitOperations.mask(first: first, count: end &- first)
        let missing = wanted & ~root[slot].accessibleParts
        if missing == 0 { return 0 }
        // A heap grows at one end: what is missing is one piece, or two around what was there before.
        let low = missing.trailingZeroBitCount
        let count = (~(missing &>> UInt64(low))).trailingZeroBitCount
        let piece = ByteCount(UInt(count) * Self.partBytes)
        guard system.makeMetadataAccessible(block + low * Int(Self.partBytes), piece) else { return nil }
        root[slot].accessibleParts |= BitOperations.mask(first: UInt(low), count: UInt(count))
        guard let rest = makeAccessible(bytes, of: block, slot, using: system) else { return nil }
        return piece + rest
    }

    @inline(__always)
    private static func offset(_ chunk: UInt) -> UInt { (chunk & (chunksPerBlock &- 1)) &* ChunkPages.bytes.rawValue }

    /// The bitmaps of a chunk that the heap has grown. The heap lock is held.
    @inline(__always)
    package subscript(chunk: ChunkIndex) -> ChunkPages {
        let block = block(Int(bitPattern: chunk.rawValue &>> UInt(PageGeometry.chunkMapBlockShift)))
        return ChunkPages(at: block &+ Self.offset(chunk.rawValue))
    }

    /// The bitmaps of a chunk, or nothing where no block is there. Needs no lock.
    @inline(__always)
    package func pages(ifPresent chunk: ChunkIndex) -> ChunkPages? {
        let slot = Int(bitPattern: chunk.rawValue &>> UInt(PageGeometry.chunkMapBlockShift))
        // Acquiring: pairs with the store that published the block.
        let block = root[slot].block.load(ordering: .acquiring)
        return block == 0 ? nil : ChunkPages(at: block &+ Self.offset(chunk.rawValue))
    }
}
