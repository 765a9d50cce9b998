import CPageHeap
import Glibc
import SystemPackage

/// Reads the page on which a process publishes its heap's figures.
enum StatisticsPage {
    /// Why there are no figures.
    enum Failure: Error, Hashable, Sendable {
        /// Not there, or not to be opened.
        case unreadable(Errno)
        /// Shorter than a page of figures, or not yet filled in: its process is just starting.
        case unfinished
        /// Something else than a statistics page.
        case foreign
        /// Written by a library of another version than this tool.
        case otherVersion(UInt32)
        /// A writer was at work all the time.
        case busy
    }

    /// How often the writer may get in between before a reader gives up for this time.
    static let attempts: Int32 = 10_000

    static func read(_ path: FilePath) throws(Failure) -> HeapFigures {
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        defer { Glibc.close(descriptor) }
        let size = MemoryLayout<pageheap_statistics_page>.size
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(Errno(rawValue: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign }
        guard status.st_size >= size else { throw .unfinished }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            throw .unreadable(Errno(rawValue: errno))
        }
        defer { munmap(start, size) }
        return try figures(of: start.assumingMemoryBound(to: pageheap_statistics_page.self))
    }

    /// The figures of a page in memory.
    static func figures(of page: UnsafePointer<pageheap_statistics_page>) throws(Failure) -> HeapFigures {
        // These are written once, before the magic number is.
        let head = (magic: page.pointee.magic, version: page.pointee.version, size: page.pointee.size)
        if head.magic == 0 { throw .unfinished }
        guard head.magic == magic else { throw .foreign }
        guard head.version == UInt32(PAGEHEAP_STATISTICS_VERSION) else { throw .otherVersion(head.version) }
        guard head.size == UInt32(MemoryLayout<pageheap_statistics_page>.size) else { throw .foreign }
        var figures = pageheap_figures()
        guard pageheap_statistics_page_read(page, &figures, attempts) else { throw .busy }
        return HeapFigures(figures)
    }

    /// `PAGEHEAP_STATISTICS_MAGIC`, whose macro Swift does not see: "PAGEHEAP".
    static let magic: UInt64 = 0x5041_4745_4845_4150
}
