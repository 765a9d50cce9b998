/// Pages that have been allocated.
package struct PageAllocation: Sendable {
    /// The first page's address.
    package var base: OffsetAddress
    /// Bytes of them that had been given back: they will fault in, and read as zero.
    package var scavenged: ByteCount
}
