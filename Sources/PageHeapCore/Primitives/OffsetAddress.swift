/// An address in the linearised space: the process's address less the arena base offset.
///
/// If the system's addresses are sign-extended, the offset makes their order contiguous, so that comparing and indexing
/// work; in the user space of Linux it is 0. A separate type, so that a raw address cannot be compared with it by
/// mistake.
package struct OffsetAddress: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The lowest address of the managed space.
    package static var minimum: OffsetAddress { OffsetAddress(0) }

    /// The last byte of the managed space. As a search address it means that no page is free.
    package static var maximum: OffsetAddress { OffsetAddress((1 &<< UInt(PageGeometry.row.heapAddressBits)) &- 1) }

    @inline(__always)
    package static func + (left: OffsetAddress, right: ByteCount) -> OffsetAddress {
        OffsetAddress(left.rawValue &+ right.rawValue)
    }

    @inline(__always)
    package static func - (left: OffsetAddress, right: ByteCount) -> OffsetAddress {
        OffsetAddress(left.rawValue &- right.rawValue)
    }

    /// Returns the bytes from this address up to a higher one.
    @inline(__always)
    package func distance(to higher: OffsetAddress) -> ByteCount { ByteCount(higher.rawValue &- rawValue) }

    /// The index, within its chunk, of the page that holds the address.
    @inline(__always)
    package var pageIndex: PageIndex {
        PageIndex((rawValue &>> UInt(PageGeometry.pageShift)) & (PageGeometry.pagesPerChunk.rawValue &- 1))
    }

    @inline(__always)
    package func isAligned(to bytes: ByteCount) -> Bool { rawValue & (bytes.rawValue &- 1) == 0 }
}
