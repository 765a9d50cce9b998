/// The index of a chunk in the offset address space.
package struct ChunkIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// Creates the index of the chunk that holds an address.
    @inline(__always)
    package init(containing address: OffsetAddress) {
        rawValue = address.rawValue &>> UInt(PageGeometry.chunkShift)
    }

    /// The address of the chunk's first byte.
    @inline(__always)
    package var base: OffsetAddress { OffsetAddress(rawValue &<< UInt(PageGeometry.chunkShift)) }

    /// Returns the address of a page of the chunk.
    @inline(__always)
    package func address(of page: PageIndex) -> OffsetAddress {
        OffsetAddress(base.rawValue | (page.rawValue &<< UInt(PageGeometry.pageShift)))
    }
}
