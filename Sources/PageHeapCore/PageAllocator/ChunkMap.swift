import Synchronization

/// Maps a chunk to its bitmaps: a sparse map of two levels, whose blocks exist only where the heap has grown. In a
/// small address space its root has a single slot.
///
/// The scavenger reads the root without a lock. A block is published by a releasing store once its memory is
/// accessible, and looked up with an acquiring load.
///
/// The first part that is needed lies in the arena, beside the other metadata of a small heap. When its block needs a
/// second part, the first moves to the block; a reader without the lock that still looks into the arena finds values
/// that were current a moment ago.
package struct ChunkMap: ~Copyable {
    /// One root slot: the address of its block of bitmaps (0 if there is none), and which of the block's 64 parts are
    /// accessible. While the only part lies in the arena, the address is the one that a block around that part would
    /// have.
    private struct Slot: ~Copyable {
        let block: Atomic<UInt>
        var accessibleParts: UInt64
    }

    private let root: UnsafeMutablePointer<Slot>
    /// Memory in the arena for one step of parts; `nil` once its contents have moved to their block.
    private var lent: UnsafeMutableRawPointer?
    /// The slot whose parts lie in the arena; `nil` if none do yet.
    private var lentSlot: Int?

    private static var chunksPerBlock: UInt { 1 &<< UInt(PageGeometry.row.chunkMapBlockShift) }
    /// The address space of a block. Never less than a physical page may have, so that whole pages can be made
    /// accessible.
    private static var blockBytes: ByteCount {
        max(ChunkPages.bytes * chunksPerBlock, MachineFigures.largestPhysicalPage)
    }
    private static var partBytes: UInt { blockBytes.rawValue / 64 }

    package init?(in arena: inout MetadataArena, using system: borrowing some OperatingSystem & ~Copyable) {
        // Zeroed memory is valid: a slot that was never written has no block.
        let bytes = ByteCount(UInt(PageGeometry.row.chunkMapRootSlots * MemoryLayout<Slot>.stride))
        guard let memory = arena.allocatePages(bytes, using: system),
            let lent = arena.allocatePages(Self.stepBytes(system), using: system)
        else { return nil }
        root = memory.bindMemory(to: Slot.self, capacity: PageGeometry.row.chunkMapRootSlots)
        self.lent = lent
    }

    /// The bytes made accessible at a time: whole parts and whole physical pages.
    private static func stepBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        ByteCount(max(partBytes, system.physicalPageBytes.rawValue))
    }

    /// Unmaps all blocks and returns their address space.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        for slot in 0..<PageGeometry.row.chunkMapRootSlots where slot != lentSlot {
            if let block = UnsafeMutableRawPointer(bitPattern: block(slot)) { cancel(block, slot, using: system) }
        }
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

    /// Returns the address of a slot's block, 0 if there is none. Relaxed: the caller holds the heap lock.
    @inline(__always)
    private func block(_ slot: Int) -> UInt { root[slot].block.load(ordering: .relaxed) }

    /// Makes the bitmaps of some chunks accessible. New bitmaps are zero. The caller holds the heap lock.
    ///
    /// - Returns: the bytes of metadata that became accessible, or `nil` if the system refuses.
    mutating func makeAccessible(
        _ chunks: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var taken: ByteCount = 0
        var chunk = chunks.lowerBound
        while chunk < chunks.upperBound {
            let slot = Int(bitPattern: chunk &>> UInt(PageGeometry.row.chunkMapBlockShift))
            let blockEnd = min(chunks.upperBound, (UInt(bitPattern: slot) &+ 1) &* Self.chunksPerBlock)
            let bytes = Self.offset(chunk)..<Self.offset(blockEnd &- 1) &+ ChunkPages.bytes.rawValue
            guard let more = makeAccessible(bytes, slot, using: system) else { return nil }
            taken += more
            chunk = blockEnd
        }
        return taken
    }

    /// Makes bytes of a slot's block accessible, in whole parts and whole physical pages.
    private mutating func makeAccessible(
        _ bytes: Range<UInt>, _ slot: Int, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let step = Self.stepBytes(system)
        if step > Self.blockBytes { return nil }
        let first = ByteCount(bytes.lowerBound).roundedDown(to: step)
        let end = ByteCount(bytes.upperBound).roundedUp(to: step)
        let wanted = BitOperations.mask(
            first: first.rawValue / Self.partBytes, count: (end - first).rawValue / Self.partBytes)
        let missing = wanted & ~root[slot].accessibleParts
        if missing == 0 { return 0 }

        if block(slot) != 0 && slot != lentSlot { return map(missing, slot, using: system) }
        if let lent, lentSlot == nil, end - first == step {
            lentSlot = slot
            root[slot].accessibleParts = wanted
            // Releasing: a reader that finds the block must find its memory accessible.
            root[slot].block.store(UInt(bitPattern: lent) &- first.rawValue, ordering: .releasing)
            return step
        }
        return addBlock(slot, missing, using: system)
    }

    /// Reserves a slot's own block, and moves to it what lay in the arena.
    private mutating func addBlock(
        _ slot: Int, _ missing: UInt64, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        guard let block = system.reserveMetadata(Self.blockBytes) else { return nil }
        let before = root[slot].accessibleParts
        root[slot].accessibleParts = 0
        guard let taken = map(before | missing, slot, block, using: system) else {
            cancel(block, slot, using: system)
            root[slot].accessibleParts = before
            return nil
        }
        if let lent, slot == lentSlot {
            let first = before.trailingZeroBitCount * Int(Self.partBytes)
            (block + first).copyMemory(from: lent, byteCount: before.nonzeroBitCount * Int(Self.partBytes))
            lentSlot = nil
            self.lent = nil
        }
        root[slot].block.store(UInt(bitPattern: block), ordering: .releasing)
        return taken
    }

    /// Makes parts of a slot's own block accessible.
    private func map(
        _ parts: UInt64, _ slot: Int, _ block: UnsafeMutableRawPointer? = nil,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        guard let block = block ?? UnsafeMutableRawPointer(bitPattern: self.block(slot)) else { return nil }
        var left = parts
        // A heap grows at one end, so the missing parts form one run, or two around those there before.
        while left != 0 {
            let low = left.trailingZeroBitCount
            let count = (~(left &>> UInt64(low))).trailingZeroBitCount
            guard
                system.makeMetadataAccessible(
                    block + low * Int(Self.partBytes), ByteCount(UInt(count) * Self.partBytes))
            else { return nil }
            let piece = BitOperations.mask(first: UInt(low), count: UInt(count))
            root[slot].accessibleParts |= piece
            left &= ~piece
        }
        return ByteCount(UInt(parts.nonzeroBitCount) * Self.partBytes)
    }

    @inline(__always)
    private static func offset(_ chunk: UInt) -> UInt { (chunk & (chunksPerBlock &- 1)) &* ChunkPages.bytes.rawValue }

    /// The bitmaps of a chunk that the heap has grown into. The caller holds the heap lock.
    @inline(__always)
    package subscript(chunk: ChunkIndex) -> ChunkPages {
        let block = block(Int(bitPattern: chunk.rawValue &>> UInt(PageGeometry.row.chunkMapBlockShift)))
        return ChunkPages(at: block &+ Self.offset(chunk.rawValue))
    }

    /// Returns the bitmaps of a chunk, or `nil` if its block does not exist. Needs no lock.
    @inline(__always)
    package func pages(ifPresent chunk: ChunkIndex) -> ChunkPages? {
        let slot = Int(bitPattern: chunk.rawValue &>> UInt(PageGeometry.row.chunkMapBlockShift))
        // Acquiring: pairs with the store that published the block.
        let block = root[slot].block.load(ordering: .acquiring)
        return block == 0 ? nil : ChunkPages(at: block &+ Self.offset(chunk.rawValue))
    }
}
