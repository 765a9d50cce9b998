/// A half-open range of offset addresses.
package struct AddressRange: Equatable, BitwiseCopyable, Sendable {
    package var base: OffsetAddress
    package var limit: OffsetAddress

    @inline(__always)
    package init(base: OffsetAddress, limit: OffsetAddress) {
        self.base = base
        self.limit = limit
    }

    /// The empty range at address 0.
    package static var empty: AddressRange { AddressRange(base: 0, limit: 0) }

    @inline(__always)
    package var size: ByteCount { limit > base ? base.distance(to: limit) : 0 }

    @inline(__always)
    package var isEmpty: Bool { base >= limit }

    @inline(__always)
    package func contains(_ address: OffsetAddress) -> Bool { address >= base && address < limit }
}
