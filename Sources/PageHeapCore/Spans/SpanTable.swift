/// From a page to its span: a flat table over one reservation, four bytes a page.
///
/// Readable throughout from the beginning, so that looking up a foreign address inside the reservation finds zero;
/// writable where the heap has grown. Entries of a page are written by whoever owns the page. Of a large block, only the
/// first page has an entry.
package struct SpanTable {
    private let base: UInt
    private let entries: UnsafeMutablePointer<UInt32>
    private let bytes: ByteCount
    private var accessible = AccessibleStretches()

    /// A table for address space that begins at `base`, or nothing if the system refuses.
    init?(base: UInt, bytes reserved: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        let pages = reserved.pagesRoundedUp.rawValue
        bytes = ByteCount(pages * UInt(MemoryLayout<UInt32>.stride)).roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadata(bytes) else { return nil }
        guard system.makeMetadataReadable(memory, bytes) else {
            system.cancelMetadata(memory, bytes)
            return nil
        }
        self.base = base
        entries = memory.bindMemory(to: UInt32.self, capacity: Int(pages))
    }

    func cancel(using system: borrowing some OperatingSystem & ~Copyable) { system.cancelMetadata(entries, bytes) }

    /// Where the entries lie, for whoever looks up an entry without the table at hand.
    package var entriesAddress: UnsafeMutablePointer<UInt32> { entries }

    /// Makes the entries of an address range writable.
    mutating func makeAccessible(
        _ start: UInt, _ end: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let first = UInt(bitPattern: entries + Self.page(start, base))
        return accessible.cover(
            first, UInt(bitPattern: entries + Self.page(end, base)), using: system)
    }

    @inline(__always)
    private static func page(_ address: UInt, _ base: UInt) -> Int {
        Int(bitPattern: (address &- base) &>> UInt(PageGeometry.pageShift))
    }

    /// The entry of the page that holds an address of the reservation.
    @inline(__always)
    package func entry(of address: UInt) -> SpanTableEntry {
        SpanTableEntry(rawValue: entries[Self.page(address, base)])
    }

    /// Writes the entries of some pages.
    func set(_ entry: SpanTableEntry, from address: UInt, count: PageCount) {
        let first = Self.page(address, base)
        for page in first..<(first + Int(count.rawValue)) { entries[page] = entry.rawValue }
    }
}
