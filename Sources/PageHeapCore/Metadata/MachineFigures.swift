/// The page sizes of the machine, read once when a heap starts.
package struct MachineFigures: Sendable {
    /// The unit in which the system maps and releases memory, in bytes.
    package let physicalPage: ByteCount
    /// Heap pages per physical page, at least 1: the unit of scavenging.
    package let pagesPerPhysicalPage: PageCount
    /// Heap pages per huge page that scavenging tries not to split; 0 if huge pages are ignored. A usable huge page is
    /// larger than a heap page and than a physical page, and at most one chunk.
    package let hugePage: PageCount

    /// The largest physical page that a machine may have.
    package static var largestPhysicalPage: ByteCount { PageGeometry.pageBytes * 64 }

    /// - Parameters:
    ///   - physicalPage: bytes, a power of two, at most 64 heap pages. Anything else is a fatal error.
    ///   - hugePage: bytes, a power of two, or 0 if unknown. Anything else is a fatal error.
    package init(physicalPage: ByteCount, hugePage: ByteCount) {
        if !physicalPage.isPowerOfTwo || physicalPage > Self.largestPhysicalPage {
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
