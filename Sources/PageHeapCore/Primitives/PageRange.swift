/// A run of pages inside a chunk.
package struct PageRange: Equatable, Sendable {
    package var first: PageIndex
    package var count: PageCount

    package init(first: PageIndex, count: PageCount) {
        self.first = first
        self.count = count
    }
}
