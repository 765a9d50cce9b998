/// The result of a search in a chunk's bitmap.
package struct PageSearchResult {
    /// The first page of the run, or `nil` if there is none.
    package var page: PageIndex?
    /// The first free page seen, where the next search may start. Meaningless if the bitmap has no free page.
    package var firstFree: PageIndex
}
