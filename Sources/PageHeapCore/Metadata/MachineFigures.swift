/// The machine's figures, read once when a heap starts.
package struct MachineFigures: Sendable {
    /// The unit in which the system maps and releases.
    package let physicalPage: ByteCount
    /// Pages of a physical page, at least 1: the unit of scavenging.
    package let pagesPerPhysicalPage: PageCount
    /// Pages of a huge page that scavenging keeps whole, or 0: it must be larger than a page and than a physical page,
    /// and at most a chunk.
    package let hugePage: PageCount

    /// - Parameters:
    ///   - physicalPage: a power of two, at most 64 pages.
    ///   - hugePage: 0 where unknown, else a power of two.
    package init(physicalPage: ByteCount, hugePage: ByteCount) {
        if !physicalPage.isPowerOfTwo || physicalPage > PageGeometry.pageBytes * 64 {
            fatal("physical page size must be a power of two of at most 512 KiB:", physicalPage.rawValue)
        }
        if hugePage != 0 && !hugePage.isPowerOfTwo {
            fatal("huge page size must be a power of two:", hugePage.rawValue)
        }
        self.physicalPage = physicalPage
        pagesPerPhysicalPage = max(1, PageCount(physicalPage.rawValue / PageGeometry.pageBytes.rawValue))
        let usable =
            hugePage > PageGeometry.pageBytes && hugePage > physicalPage && hugePage <= PageGeometry.chunkBytes
        self.hugePage = usable ? PageCount(hugePage.rawValue / PageGeometry.pageBytes.rawValue) : 0
    }

    package init(of system: borrowing some OperatingSystem & ~Copyable) {
        self.init(physicalPage: system.physicalPageBytes, hugePage: system.hugePageBytes)
    }
}
