import Synchronization

/// Tracks chunks that may be backed by huge pages, so that a huge page is split before a part of it is released.
///
/// The table has a byte per chunk: a bit for each huge page that may be there, and one bit (*open*), set while the
/// system may create more. The memory of a huge page is freed only as a whole or once the page is split, and the kernel
/// tends to refill the gaps of a sparse huge page. So before the first part of a chunk is released, the chunk is closed
/// to huge pages for ever, and each of its huge pages is split when the first part of it is released. Whole huge pages
/// are released as they are, at a twentieth of the cost.
///
/// To the kernel, closed and open chunks are separate mappings, of which a process may have some 65,000. So all chunks
/// of a region are closed together: 64 MiB, more if the heap is large, so that there are some hundred mappings at most.
/// Existing huge pages stay.
///
/// A handle on memory of its own; copies name the same table. No lock is needed: bits are set before any other thread
/// has the chunk, and are cleared atomically. Two threads that clear one bit at the same time split a page twice, which
/// does no harm. Heaps of more than 1 TiB share bytes: chunks that share one may be split for nothing.
package struct HugePages: Sendable {
    private static var slots: UInt { 1 << 18 }
    private static var openBit: UInt8 { 0x80 }
    /// The table, followed by the counter of chunks ever opened.
    private static var tableBytes: ByteCount { ByteCount(slots) + 8 }

    private nonisolated(unsafe) let bytes: UnsafeMutablePointer<Atomic<UInt8>>
    /// The size of a huge page.
    private let size: ByteCount
    private let physicalPage: ByteCount

    /// Creates a table. `nil` if the size of huge pages is unknown, larger than a chunk or very small, or if the system
    /// refuses memory.
    init?(_ machine: MachineFigures, using system: borrowing some OperatingSystem & ~Copyable) {
        size = machine.hugePage.bytes
        physicalPage = machine.physicalPage
        guard size != 0, PageGeometry.chunkBytes.rawValue / size.rawValue < 8,
            let memory = system.mapMetadata(Self.tableBytes.roundedUp(to: machine.physicalPage))
        else { return nil }
        bytes = memory.bindMemory(to: Atomic<UInt8>.self, capacity: Int(Self.slots))
    }

    func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        system.unmapWholeMetadata(bytes, Self.tableBytes.roundedUp(to: physicalPage))
    }

    /// Returns the byte of a chunk. Accesses are relaxed throughout: it says what may be, and guards nothing.
    private func state(_ chunk: ChunkIndex) -> UnsafeMutablePointer<Atomic<UInt8>> {
        bytes + Int(bitPattern: chunk.rawValue & (Self.slots - 1))
    }

    /// The number of chunks ever opened. Relaxed: only sizes the regions.
    private var openedChunks: UnsafeMutablePointer<Atomic<UInt>> {
        UnsafeMutableRawPointer(bytes + Int(bitPattern: Self.slots)).assumingMemoryBound(to: Atomic<UInt>.self)
    }

    /// Opens the chunks of fresh address space, which may be backed by huge pages from now on.
    func open(_ range: AddressRange) {
        let all = UInt8((1 << (PageGeometry.chunkBytes.rawValue / size.rawValue)) - 1)
        var chunk = ChunkIndex(containing: range.base)
        while chunk.base < range.limit {
            state(chunk).pointee.store(all | Self.openBit, ordering: .relaxed)
            openedChunks.pointee.wrappingAdd(1, ordering: .relaxed)
            chunk += 1
        }
    }

    /// Closes all open chunks of the region that a chunk lies in, with one call for adjacent ones.
    private func close(
        around chunk: ChunkIndex, _ arenaBaseOffset: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        let opened = openedChunks.pointee.load(ordering: .relaxed)
        var region = Tunables.hugePageRegionChunks
        while region < opened / Tunables.hugePageRegionsPerHeap { region *= 2 }
        var next = ChunkIndex(chunk.rawValue & ~(region &- 1))
        let end = next + ChunkIndex(region)
        var first = next
        while next < end {
            // Extend the range while chunks are open.
            let isOpen = state(next).pointee.bitwiseAnd(~Self.openBit, ordering: .relaxed).oldValue & Self.openBit != 0
            next += 1
            if isOpen && next < end { continue }
            let closed = isOpen ? next : next - 1
            if closed > first {
                system.forbidHugePages(
                    first.base.rawValue &+ arenaBaseOffset, first.base.distance(to: closed.base))
            }
            first = next
        }
    }

    /// Prepares the release of a range: closes its chunks to huge pages, and splits the huge pages that it covers only
    /// in part.
    ///
    /// - Parameter arenaBaseOffset: added to an offset address to get the process's address.
    func prepareRelease(
        _ range: MemoryRange, arenaBaseOffset: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        let end = range.address &+ range.bytes.rawValue
        var address = range.address
        while address < end {
            let page = ByteCount(address).roundedDown(to: size).rawValue
            let next = page &+ size.rawValue
            let isWhole = address == page && end >= next
            if !isWhole { part(page, at: address, arenaBaseOffset, using: system) }
            address = next
        }
    }

    /// Closes the chunk of a huge page, with its region, and splits the page.
    ///
    /// - Parameters:
    ///   - page: the process's address of the huge page.
    ///   - address: the address of a physical page of it that is about to be released.
    private func part(
        _ page: UInt, at address: UInt, _ arenaBaseOffset: UInt,
        using system: borrowing some OperatingSystem & ~Copyable
    ) {
        let offset = OffsetAddress(page &- arenaBaseOffset)
        let chunk = ChunkIndex(containing: offset)
        let state = state(chunk)
        let seen = state.pointee.load(ordering: .relaxed)
        let number = (offset.rawValue &- chunk.base.rawValue) / size.rawValue
        let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: number)
        if seen & bit == 0 { return }
        if seen & Self.openBit != 0 { close(around: chunk, arenaBaseOffset, using: system) }
        system.splitHugePage(address, physicalPage)
        state.pointee.bitwiseAnd(~bit, ordering: .relaxed)
    }
}
