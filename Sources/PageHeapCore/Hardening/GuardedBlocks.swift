/// A pool of pages, each for one small block between two guard pages. Few allocations get one; for those, an access beyond
/// the block's end and an access after its free fault at the instruction, and the pool knows the calls that allocated and
/// freed it.
///
/// The pages and the guard pages alternate, beginning with a guard page. A block ends at its page's end. All pages that no
/// block has are guard pages as well; so they have no memory. The kernel marks guard pages without dividing the mapping.
///
/// Guarded sampling is in the compilers' GWP-ASan; the layout and the order of reuse (the page freed longest ago) follow it.
///
/// Valid (without pages) when zeroed. All that changes is called under ``HardeningState/lock``.
package struct GuardedBlocks {
    /// The address of the first guard page.
    private var base: UInt = 0
    private var bytes: ByteCount = 0
    private var page: ByteCount = 0
    private var blocks: UnsafeMutablePointer<GuardedBlock>?
    private var freeNumber: UInt64 = 0

    private static var count: Int { Tunables.guardedBlocks }

    private static func recordBytes(_ page: ByteCount) -> ByteCount {
        ByteCount(UInt(count * MemoryLayout<GuardedBlock>.stride)).roundedUp(to: page)
    }

    /// Takes address space for the pages, and memory for what is known of them. Nil if the system refuses either, or has no
    /// guard pages.
    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        page = system.physicalPageBytes
        bytes = page * UInt(Self.count * 2 + 1)
        guard let records = system.mapMetadata(Self.recordBytes(page)) else { return nil }
        guard let memory = system.mapMetadata(bytes) else {
            system.unmapWholeMetadata(records, Self.recordBytes(page))
            return nil
        }
        base = UInt(bitPattern: memory)
        guard system.setGuard(base, bytes) else {
            system.unmapWholeMetadata(memory, bytes)
            system.unmapWholeMetadata(records, Self.recordBytes(page))
            return nil
        }
        blocks = records.bindMemory(to: GuardedBlock.self, capacity: Self.count)
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let blocks, let memory = UnsafeMutableRawPointer(bitPattern: base) else { return }
        system.unmapWholeMetadata(memory, bytes)
        system.unmapWholeMetadata(UnsafeMutableRawPointer(blocks), Self.recordBytes(page))
    }

    /// The memory that the pool's records take.
    package var metadataBytes: ByteCount { blocks == nil ? 0 : Self.recordBytes(page) }

    /// Whether an address lies in the pool. Needs no lock: the pool never moves.
    @inline(__always)
    package func contains(_ address: UInt) -> Bool { address &- base < bytes.rawValue }

    /// Whether a block of a size can have a page.
    package func fits(_ bytes: UInt) -> Bool { bytes <= page.rawValue }

    /// The page of a block.
    package func page(of number: Int) -> MemoryRange {
        MemoryRange(address: base &+ page.rawValue * UInt(number * 2 + 1), bytes: page)
    }

    package func block(_ number: Int) -> GuardedBlock { blocks.unsafelyUnwrapped[number] }

    /// Takes a page for a block: one that was never used, or was freed longest ago.
    ///
    /// - Parameter requested: a size that fits, in bytes.
    /// - Returns: the block's number; nil if all pages are in use.
    package mutating func take(_ requested: UInt, _ site: GuardedSite) -> Int? {
        guard let blocks else { return nil }
        var oldest: Int?
        for number in 0..<Self.count where blocks[number].state == .unused || blocks[number].state == .freed {
            if oldest.map({ blocks[number].freeNumber < blocks[$0].freeNumber }) ?? true { oldest = number }
        }
        guard let number = oldest else { return nil }
        blocks[number].address = page(of: number).address &+ page.rawValue &- GuardedBlock.placeBytes(requested)
        blocks[number].bytes = requested
        blocks[number].state = .inUse
        blocks[number].allocated = site
        blocks[number].freed = GuardedSite()
        return number
    }

    /// Begins to free a block.
    ///
    /// - Returns: its number, and what is wrong with the free if something is; then nothing has changed.
    package mutating func beginFree(_ address: UInt, _ site: GuardedSite) -> (number: Int, fault: GuardedFault?) {
        let number = number(of: address)
        guard let blocks, blocks[number].state != .unused else { return (number, GuardedFault.none) }
        if blocks[number].state != .inUse { return (number, .afterFree) }
        if blocks[number].address != address { return (number, .inside) }
        blocks[number].state = .leaving
        blocks[number].freed = site
        return (number, nil)
    }

    /// Ends the free of a block whose page has become inaccessible.
    package mutating func endFree(_ number: Int) {
        guard let blocks else { return }
        freeNumber += 1
        blocks[number].freeNumber = freeNumber
        blocks[number].state = .freed
    }

    /// The block that a wrong access has to do with. Needs no lock, because the program is about to end; what other threads
    /// change meanwhile may be wrong in the report.
    package func diagnose(_ address: UInt) -> (number: Int, fault: GuardedFault) {
        guard let blocks else { return (0, .none) }
        let number = number(of: address)
        let own = blocks[number]
        let offset = address &- page(of: number).address
        if offset < page.rawValue {
            // The page of a block in use can be accessed as a whole: only a wrong free comes here.
            if own.state == .inUse { return (number, .inside) }
            return (number, own.state == .unused ? .none : .afterFree)
        }
        if offset < page.rawValue * 2 { return (number, own.state == .inUse ? .behind : .none) }
        // A guard page between two blocks: the nearer one.
        if number > 0, blocks[number - 1].state == .inUse {
            let end = page(of: number - 1).address &+ page.rawValue
            if own.state != .inUse || address &- end <= own.address &- address { return (number - 1, .behind) }
        }
        return (number, own.state == .inUse ? .before : .none)
    }

    /// The number of the block whose page, or the guard page before it, holds an address of the pool. (The last guard page
    /// counts as the last block's.)
    private func number(of address: UInt) -> Int {
        min(Int(bitPattern: (address &- base) / page.rawValue / 2), Self.count - 1)
    }
}
