/// The index of a span's record: 32 bits, so that a heap may have 2^32 spans, 32 TiB of the smallest. 0 means no span.
package struct SpanIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    package static var none: SpanIndex { 0 }
}
