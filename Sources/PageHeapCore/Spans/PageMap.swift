/// The page map, from a page to its span: a flat table over one range of address space. It has four bytes per page, and
/// one more in heaps with very many spans.
///
/// Accessible only where the heap has grown: a reader must know that an address is below the range's grown end. A
/// page's entry is written by the owner of the page. Of a large block, only the first page has an entry.
package struct PageMap: BitwiseCopyable {
    private let base: UInt
    private var low: GrowingSpace
    /// The high parts of the entries. None of it is accessible while all span indices fit the low parts.
    private var high: GrowingSpace

    /// Creates a table for the address space that begins at `base`. `nil` if the system refuses address space.
    init?(base: UInt, bytes reserved: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        let pages = ByteCount(reserved.pagesRoundedUp.rawValue)
        guard let low = GrowingSpace(bytes: pages * 4, using: system) else { return nil }
        guard let high = GrowingSpace(bytes: pages, using: system) else {
            low.cancel(using: system)
            return nil
        }
        self.base = base
        self.low = low
        self.high = high
    }

    func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        low.cancel(using: system)
        high.cancel(using: system)
    }

    /// The low parts of the entries, for code that looks up a size class without the table.
    package var lowParts: UnsafeMutablePointer<UInt32> {
        UnsafeMutablePointer(bitPattern: low.base).unsafelyUnwrapped
    }

    private var highParts: UnsafeMutablePointer<UInt8> {
        UnsafeMutablePointer(bitPattern: high.base).unsafelyUnwrapped
    }

    /// Bytes made accessible.
    var accessibleBytes: ByteCount { low.accessible + high.accessible }

    /// Whether another mapping lies where the entries of the pages below an address would.
    func isBlocked(upTo end: UInt, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        let pages = ByteCount(ByteCount(end &- base).pagesRoundedUp.rawValue)
        return low.isBlocked(pages * 4, using: system) || high.accessible != 0 && high.isBlocked(pages, using: system)
    }

    /// Makes the entries of all pages below an address accessible.
    ///
    /// - Parameter withHigh: whether to include the high parts.
    /// - Returns: false if the system refuses; then a part of them may have become accessible.
    mutating func makeAccessible(
        upTo end: UInt, withHigh: Bool, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        let pages = ByteCount(ByteCount(end &- base).pagesRoundedUp.rawValue)
        return low.cover(pages * 4, using: system) != nil && (!withHigh || high.cover(pages, using: system) != nil)
    }

    @inline(__always)
    private static func page(_ address: UInt, _ base: UInt) -> Int {
        Int(bitPattern: (address &- base) &>> UInt(PageGeometry.pageShift))
    }

    /// Returns the entry of the page that holds an address of the range. The address must be below the grown end.
    @inline(__always)
    package func entry(of address: UInt) -> PageMapEntry {
        let page = Self.page(address, base)
        let hasHigh = UInt(bitPattern: page) < high.accessible.rawValue
        return PageMapEntry(low: lowParts[page], high: hasHigh ? highParts[page] : 0)
    }

    /// Sets the entries of some pages.
    func set(_ entry: PageMapEntry, from address: UInt, count: PageCount) {
        let first = Self.page(address, base)
        for page in first..<(first + Int(bitPattern: count.rawValue)) {
            lowParts[page] = entry.low
            if UInt(bitPattern: page) < high.accessible.rawValue { highParts[page] = entry.high }
        }
    }
}

/// An entry of the page map: a page's span and the span's size class. Zero means that no span
/// has the page, or that it is a later page of a large block.
///
/// Four bytes of it are in the table that every free reads: the class, and 25 bits of the span's index. The other seven
/// bits of the index are in a separate table, which exists only once a heap has had that many spans.
package struct PageMapEntry: Equatable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    /// The bits below the class, which hold the lowest bits of the span's index. So a free gets from the entry to the
    /// class's stack in its thread cache, whose heads have 32 bytes each, without a shift.
    private static var lowBits: UInt64 { 5 }
    private static var classBits: UInt64 { 7 }
    private static var classMask: UInt64 { (1 &<< classBits) &- 1 }
    private static var lowMask: UInt64 { (1 &<< lowBits) &- 1 }
    /// The number of spans that the low four bytes can name.
    package static var lowSpanLimit: Int { 1 << (32 - Int(classBits)) }
    /// The number of spans that an entry can name.
    package static var spanLimit: Int { lowSpanLimit << 7 }

    /// Creates an entry from its two parts.
    @inline(__always)
    init(low: UInt32, high: UInt8 = 0) { rawValue = UInt64(high) &<< 32 | UInt64(low) }

    package init(span: SpanIndex, sizeClass: SizeClass) {
        let index = UInt64(span.rawValue)
        let above = (index &>> Self.lowBits) &<< (Self.lowBits &+ Self.classBits)
        rawValue = above | UInt64(sizeClass.rawValue) &<< Self.lowBits | index & Self.lowMask
    }

    package static var none: PageMapEntry { PageMapEntry(low: 0) }

    /// The parts of the entry, as stored in the two tables.
    var low: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    var high: UInt8 { UInt8(truncatingIfNeeded: rawValue &>> 32) }

    /// The class of the page's blocks; 'not small' for a large block, and for a page without an entry.
    @inline(__always)
    package var sizeClass: SizeClass {
        SizeClass(UInt8(truncatingIfNeeded: rawValue &>> Self.lowBits & Self.classMask))
    }

    @inline(__always)
    package var span: SpanIndex {
        let above = (rawValue &>> (Self.lowBits &+ Self.classBits)) &<< Self.lowBits
        return SpanIndex(UInt(above | rawValue & Self.lowMask))
    }
}
