/// A run of pages that was allocated.
package struct PageAllocation: Sendable {
    /// The address of the first page.
    package var base: OffsetAddress
    /// Bytes of the pages that had been released: they will fault in, and read as zero unless they were released
    /// ``ReleaseMethod/lazily``.
    package var scavenged: ByteCount
}
