/// The index of a page inside its chunk: 0 ..< 512. As the end of a range it may be 512.
package struct PageIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The last page of a chunk.
    package static var last: PageIndex { PageIndex(PageGeometry.pagesPerChunk.rawValue &- 1) }

    @inline(__always)
    package static func + (left: PageIndex, right: PageCount) -> PageIndex {
        PageIndex(left.rawValue &+ right.rawValue)
    }
}
