/// What a search of a bitmap found.
package struct PageSearchResult {
    /// The first page of the run, or nothing.
    package var page: PageIndex?
    /// The first zero seen: where the next search may start. Meaningless on a miss.
    package var firstFree: PageIndex
}
