/// An entry of the page map: a page's span and the span's size class. Zero means that the page is none of the heap's.
///
/// Four bytes of it are in the table that every free reads: the class, and 25 bits of the span's index. The other seven
/// bits of the index are in a separate table, which exists only once a heap has had that many spans.
package struct PageMapEntry: Equatable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    private static var classBits: UInt64 { 7 }
    /// The number of spans that the low four bytes can name.
    package static var lowSpanLimit: Int { 1 << (32 - Int(classBits)) }
    /// The number of spans that an entry can name.
    package static var spanLimit: Int { lowSpanLimit << 7 }

    /// Creates an entry from its two parts.
    @inline(__always)
    init(low: UInt32, high: UInt8 = 0) { rawValue = UInt64(high) &<< 32 | UInt64(low) }

    package init(span: SpanIndex, sizeClass: SizeClass) {
        rawValue = UInt64(span.rawValue) &<< Self.classBits | UInt64(sizeClass.rawValue)
    }

    package static var none: PageMapEntry { PageMapEntry(low: 0) }

    /// The parts of the entry, as stored in the two tables.
    var low: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    var high: UInt8 { UInt8(truncatingIfNeeded: rawValue &>> 32) }

    /// The class of the page's blocks; 'not small' for a large block, and for a page that is none of the heap's.
    @inline(__always)
    package var sizeClass: SizeClass { SizeClass(UInt8(truncatingIfNeeded: rawValue & ((1 &<< Self.classBits) &- 1))) }

    @inline(__always)
    package var span: SpanIndex { SpanIndex(UInt(rawValue &>> Self.classBits)) }
}
