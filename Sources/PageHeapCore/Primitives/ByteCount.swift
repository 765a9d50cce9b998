/// A number of bytes.
package struct ByteCount: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The number of pages that hold these bytes. Exact for every value up to 2^64 − 1: the quotient, plus one if there
    /// is a remainder.
    @inline(__always)
    package var pagesRoundedUp: PageCount {
        let remainder = rawValue & (PageGeometry.pageBytes.rawValue &- 1)
        return PageCount((rawValue &>> UInt(PageGeometry.pageShift)) &+ (remainder != 0 ? 1 : 0))
    }

    package static var maximum: ByteCount { ByteCount(UInt.max) }
}
