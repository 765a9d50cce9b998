/// What a page belongs to: its span and the span's size class, in four bytes. Zero is 'nothing of ours'.
package struct SpanTableEntry: Equatable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    private static var classBits: UInt32 { 7 }
    /// Spans that an entry can name.
    package static var spanLimit: Int { 1 << (32 - Int(classBits)) }

    @inline(__always)
    init(rawValue: UInt32) { self.rawValue = rawValue }

    package init(span: SpanIndex, sizeClass: SizeClass) {
        rawValue = UInt32(truncatingIfNeeded: span.rawValue) &<< Self.classBits | UInt32(sizeClass.rawValue)
    }

    package static var none: SpanTableEntry { SpanTableEntry(rawValue: 0) }

    /// The class of the page's blocks; 'not small' for a large block, and for a page that is nothing of ours.
    @inline(__always)
    package var sizeClass: SizeClass { SizeClass(UInt8(truncatingIfNeeded: rawValue & ((1 &<< Self.classBits) &- 1))) }

    @inline(__always)
    package var span: SpanIndex { SpanIndex(UInt(rawValue &>> Self.classBits)) }
}
