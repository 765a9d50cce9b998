import CPageHeap

/// A map that is being written: what each heap page is (`pageheap_map`), in memory that is shared with who asked for it.
package struct HeapMap {
    private let head: UnsafeMutablePointer<pageheap_map>
    private let room: UInt64
    /// The bytes that the map takes, also of what did not fit.
    package private(set) var bytes = UInt64(MemoryLayout<pageheap_map>.size)
    /// Whether the map did not fit, or the memory cannot be written to.
    package private(set) var isCut: Bool

    /// - Parameters:
    ///   - start: where the map begins.
    ///   - room: the bytes that there may be for it.
    package init(at start: UnsafeMutableRawPointer, room: UInt64) {
        head = start.assumingMemoryBound(to: pageheap_map.self)
        self.room = min(room, UInt64(PAGEHEAP_MAP_BYTES))
        isCut = self.room < bytes || !pageheap_make_writable(start, UInt(bytes))
        if isCut { return }
        head.pointee = pageheap_map()
        head.pointee.page_bytes = UInt64(PageGeometry.pageBytes.rawValue)
    }

    /// Adds a range of pages, all of which are absent as yet.
    ///
    /// - Returns: the entries of the pages; nil if they do not fit.
    package mutating func add(_ address: UInt, pages: Int) -> UnsafeMutablePointer<UInt16>? {
        let start = bytes
        bytes += UInt64(pages) * 2
        if bytes > room { isCut = true }
        if isCut || head.pointee.count >= UInt64(PAGEHEAP_MAP_RANGES) { return nil }
        let first = UnsafeMutableRawPointer(head) + Int(start)
        guard pageheap_make_writable(first, UInt(pages) * 2) else {
            isCut = true
            return nil
        }
        let number = Int(head.pointee.count)
        withUnsafeMutablePointer(to: &head.pointee.ranges) { ranges in
            UnsafeMutableRawPointer(ranges).assumingMemoryBound(to: pageheap_map_range.self)[number] =
                pageheap_map_range(address: UInt64(address), pages: UInt64(pages))
        }
        head.pointee.count += 1
        let entries = first.assumingMemoryBound(to: UInt16.self)
        entries.update(repeating: UInt16(PAGEHEAP_MAP_ABSENT.rawValue), count: pages)
        return entries
    }
}
