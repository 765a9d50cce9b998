/// The heap above, from which spans get their pages and to which they return them.
package protocol PageSource {
    /// Allocates pages for a span. The caller holds no class lock or later one.
    ///
    /// - Parameters:
    ///   - count: pages.
    ///   - alignment: of the first page, in pages, a power of two.
    ///   - shard: selects a page cache; any number.
    /// - Returns: the process's address, and the bytes that have no physical memory, which read as zero unless memory
    ///   is released ``ReleaseMethod/lazily``; `nil` if there is no memory.
    func allocatePages(_ count: PageCount, alignment: PageCount, shard: Int) -> (address: UInt, scavenged: ByteCount)?

    /// Frees pages. The caller holds no class lock or later one.
    ///
    /// - Parameter holes: a bit for each physical page of them whose memory has been released.
    func freePages(_ address: UInt, _ count: PageCount, holes: UInt64)

    /// Notes physical pages inside spans that were released (first form) or are about to be touched again (second
    /// form).
    ///
    /// - Parameters:
    ///   - released: bytes released.
    ///   - calls: the system calls that released them.
    ///   - failures: ranges that the system refused.
    func noteHoles(released: ByteCount, calls: UInt, failures: UInt)
    func noteHoles(touched: ByteCount)

    /// Notes bytes of blocks that came back to spans. The caller holds no class lock or later one.
    func noteGiven(_ bytes: ByteCount)

    /// Notes a wrong free. The program is stopped as soon as the thread holds no lock.
    ///
    /// - Parameter blockBytes: the block size of the class that the address belongs to; 0 if unknown.
    func noteWrongFree(_ kind: WrongFree, _ address: UInt, blockBytes: UInt)

    /// Returns the page map's entry for an address.
    func spanEntry(of address: UInt) -> PageMapEntry

    /// Sets the page map's entries of some pages.
    func setSpanEntry(_ entry: PageMapEntry, from address: UInt, count: PageCount)

    /// Returns the record of a span.
    func spanRecord(_ span: SpanIndex) -> UnsafeMutablePointer<Span>

    /// The number of records ever used, including the first one, which stands for no span.
    var spanRecordCount: Int { get }

    /// The unit in which memory is released.
    var physicalPage: ByteCount { get }

    func allocateSpanRecord() -> SpanIndex?
    func deallocateSpanRecord(_ span: SpanIndex)
}
