import CPageHeap

/// What each page of a heap was at one moment.
struct HeapMap: Sendable {
    /// What a page is.
    enum Kind: Hashable, Sendable {
        /// Not the heap's yet.
        case absent
        case free
        case released
        case cached
        /// Of a span of small blocks of the size class of that number; 0 for a large block.
        case used(Int)
    }

    /// Pages that follow one another.
    struct Range: Sendable {
        let address: UInt64
        let entries: [UInt16]
    }

    let pageBytes: Int
    let ranges: [Range]

    init(pageBytes: Int, ranges: [Range]) {
        self.pageBytes = pageBytes
        self.ranges = ranges
    }

    /// Reads a map from a process's page. Nil if it makes no sense.
    ///
    /// - Parameters:
    ///   - offset: where it begins in the file.
    ///   - room: the bytes that it may take.
    init?(file: borrowing ControlFile, at offset: Int, room: Int) {
        guard let head = Head(file: file, at: offset, room: room) else { return nil }
        pageBytes = head.pageBytes
        var ranges: [Range] = []
        for range in head.ranges {
            guard let entries = file.read(UInt16(0), count: range.pages, at: range.place) else { return nil }
            ranges.append(Range(address: range.address, entries: entries))
        }
        self.ranges = ranges
    }

    /// What a map in a process's page says before its entries.
    struct Head: Sendable {
        let pageBytes: Int
        /// Each with the place of its entries in the file.
        private(set) var ranges: [(address: UInt64, pages: Int, place: Int)] = []

        /// No process has higher addresses.
        private static let addressLimit: UInt64 = 1 << 57

        /// Reads it. Nil if it makes no sense.
        init?(file: borrowing ControlFile, at offset: Int, room: Int) {
            guard let head = file.read(pageheap_map(), at: offset), (1024...1 << 20).contains(head.page_bytes),
                head.page_bytes & (head.page_bytes - 1) == 0, head.count <= PAGEHEAP_MAP_RANGES
            else { return nil }
            pageBytes = Int(head.page_bytes)
            let list = [
                head.ranges.0, head.ranges.1, head.ranges.2, head.ranges.3, head.ranges.4, head.ranges.5,
                head.ranges.6, head.ranges.7,
            ]
            var place = MemoryLayout<pageheap_map>.size
            for range in list.prefix(Int(head.count)) {
                guard range.pages <= UInt64(room), place + Int(range.pages) * 2 <= room,
                    range.address < Self.addressLimit
                else { return nil }
                ranges.append((range.address, Int(range.pages), offset + place))
                place += Int(range.pages) * 2
            }
        }
    }

    static func kind(_ entry: UInt16) -> Kind {
        switch UInt32(entry & 0xff) {
        case UInt32(PAGEHEAP_MAP_FREE.rawValue): .free
        case UInt32(PAGEHEAP_MAP_RELEASED.rawValue): .released
        case UInt32(PAGEHEAP_MAP_CACHED.rawValue): .cached
        case let number where number < UInt32(PAGEHEAP_CLASSES): .used(Int(number))
        default: .absent
        }
    }

    /// The part of a page that lies in blocks that are not free, 0 to 1.
    static func usedShare(_ entry: UInt16) -> Double { Double(entry >> 8) / 255 }
}
