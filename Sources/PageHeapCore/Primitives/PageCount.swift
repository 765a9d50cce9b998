/// A number of pages (of ``PageGeometry/pageBytes`` each).
package struct PageCount: Quantity {
    package var rawValue: UInt

    // Inlinable, because the library makes one for each run.
    @inlinable @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The bytes of so many pages. The caller knows that the product fits a machine word.
    @inline(__always)
    package var bytes: ByteCount { ByteCount(rawValue &<< UInt(PageGeometry.pageShift)) }
}
