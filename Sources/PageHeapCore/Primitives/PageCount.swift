/// A number of pages (of ``PageGeometry/pageBytes`` each).
package struct PageCount: Quantity {
    package var rawValue: UInt

    // Inlinable, because the library creates one for each run.
    @inlinable @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The bytes of these pages. The caller ensures that the product fits a machine word.
    @inline(__always)
    package var bytes: ByteCount { ByteCount(rawValue &<< UInt(PageGeometry.pageShift)) }
}
