/// Where spans get their pages from, and give them back to: the heap above.
package protocol PageSource {
    /// Pages for a span, or nothing where there is no memory. No lock is held.
    ///
    /// - Parameter alignment: of the first page, in pages, a power of two.
    /// - Returns: the process's address, and how many of the bytes have no physical memory and read as zero.
    func allocatePages(_ count: PageCount, alignment: PageCount, shard: Int) -> (address: UInt, scavenged: ByteCount)?

    /// Takes pages back. No lock is held.
    ///
    /// - Parameter holes: a bit for each physical page of them whose memory has been given back.
    func freePages(_ address: UInt, _ count: PageCount, holes: UInt64)

    /// Notes physical pages inside spans that were released, or are about to be touched again.
    ///
    /// - Parameters:
    ///   - calls: the system calls that gave them back.
    ///   - failures: runs of them that the system refused.
    func noteHoles(released: ByteCount, calls: UInt, failures: UInt)
    func noteHoles(touched: ByteCount)

    /// Notes bytes of blocks that came back to spans. No lock is held.
    func noteGiven(_ bytes: ByteCount)

    /// Notes a wrong free, for which the program is stopped as soon as the thread holds no lock.
    ///
    /// - Parameter blockBytes: of the class that the address belongs to; 0 if that is not known.
    func noteWrongFree(_ kind: WrongFree, _ address: UInt, blockBytes: UInt)

    /// What a page belongs to.
    func spanEntry(of address: UInt) -> SpanTableEntry

    /// Says what pages belong to.
    func setSpanEntry(_ entry: SpanTableEntry, from address: UInt, count: PageCount)

    /// The record of a span.
    func spanRecord(_ span: SpanIndex) -> UnsafeMutablePointer<Span>

    /// Records ever used, the first one included, which stands for no span.
    var spanRecordCount: Int { get }

    /// The unit in which memory is released.
    var physicalPage: ByteCount { get }

    func allocateSpanRecord() -> SpanIndex?
    func deallocateSpanRecord(_ span: SpanIndex)
}
