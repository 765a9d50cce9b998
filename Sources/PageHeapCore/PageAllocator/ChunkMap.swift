import Synchronization

/// Where the bitmaps of a chunk lie: a sparse map of two levels, whose blocks exist only where the heap has grown.
///
/// The root is read without a lock by the scavenger; a block is published in it with a releasing store when its memory
/// is there, and looked up with an acquiring load.
package struct ChunkMap: ~Copyable {
    private let root: UnsafeMutablePointer<Atomic<UInt>>
    private var blocks = AccessibleStretches()

    private static var chunksPerBlock: UInt { 1 &<< UInt(PageGeometry.chunkMapBlockShift) }
    private static var blockBytes: ByteCount { ChunkPages.bytes * chunksPerBlock }

    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        // 64 KiB that are zero throughout: a slot that was never written says 'no block'.
        let bytes = Self.rootBytes(system.physicalPageBytes)
        guard let memory = system.reserveMetadata(bytes) else { return nil }
        guard system.makeMetadataAccessible(memory, bytes) else {
            system.cancelMetadata(memory, bytes)
            return nil
        }
        root = memory.bindMemory(to: Atomic<UInt>.self, capacity: PageGeometry.chunkMapRootSlots)
    }

    private static func rootBytes(_ physicalPage: ByteCount) -> ByteCount {
        ByteCount(UInt(PageGeometry.chunkMapRootSlots * MemoryLayout<UInt>.stride)).roundedUp(to: physicalPage)
    }

    /// Gives all blocks and the root back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        for slot in 0..<PageGeometry.chunkMapRootSlots {
            if let block = UnsafeMutableRawPointer(bitPattern: block(slot)) {
                system.cancelMetadata(block, Self.blockBytes)
            }
        }
        system.cancelMetadata(root, Self.rootBytes(system.physicalPageBytes))
    }

    /// The address of a slot's block, 0 where there is none. Relaxed: for holders of the heap lock.
    @inline(__always)
    private func block(_ slot: Int) -> UInt { root[slot].load(ordering: .relaxed) }

    /// Makes the bitmaps of some chunks usable. They are zero.
    ///
    /// - Returns: the bytes of metadata that this took, or nothing if the system refuses.
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
            let base = UInt(bitPattern: block)
            guard
                let more = blocks.cover(
                    base &+ Self.offset(chunk), base &+ Self.offset(blockEnd &- 1) &+ ChunkPages.bytes.rawValue,
                    using: system)
            else {
                if isNew { system.cancelMetadata(block, Self.blockBytes) }
                return nil
            }
            taken += more
            // Releasing: whoever finds the block finds its memory usable.
            if isNew { root[slot].store(base, ordering: .releasing) }
            chunk = blockEnd
        }
        return taken
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
        let block = root[slot].load(ordering: .acquiring)
        return block == 0 ? nil : ChunkPages(at: block &+ Self.offset(chunk.rawValue))
    }
}
