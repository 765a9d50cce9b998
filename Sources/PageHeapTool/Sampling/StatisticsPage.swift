import CPageHeap
import CPageHeapInterface
import Glibc
import SystemPackage

/// Reads the page on which a process publishes the statistics of its heap.
enum StatisticsPage {
    /// The reason why a page could not be read.
    enum Failure: Error, Hashable, Sendable {
        /// The file does not exist or cannot be opened.
        case unreadable(Errno)
        /// The file is too short or not yet filled in, because its process is just starting.
        case unfinished
        /// The file is not a statistics page.
        case foreign
        /// The page was written by a library of another version than this tool.
        case otherVersion(UInt32)
        /// The writer interfered with every attempt to read.
        case busy
    }

    /// The number of attempts to read the page without interference by the writer.
    static let attempts: Int32 = 10_000

    static func read(_ path: FilePath) throws(Failure) -> HeapFigures {
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
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

    /// Reads the figures of a page in memory.
    static func figures(of page: UnsafePointer<pageheap_statistics_page>) throws(Failure) -> HeapFigures {
        // These are written only once, before the magic number.
        let head = (magic: page.pointee.magic, version: page.pointee.version, size: page.pointee.size)
        if head.magic == 0 { throw .unfinished }
        guard head.magic == magic else { throw .foreign }
        guard head.version == UInt32(PAGEHEAP_STATISTICS_VERSION) else { throw .otherVersion(head.version) }
        guard head.size == UInt32(MemoryLayout<pageheap_statistics_page>.size) else { throw .foreign }
        var statistics = pageheap_statistics()
        guard pageheap_statistics_page_read(page, &statistics, attempts) else { throw .busy }
        return HeapFigures(statistics)
    }

    /// `PAGEHEAP_STATISTICS_MAGIC`, "PAGEHEAP", a macro that Swift does not import.
    static let magic: UInt64 = 0x5041_4745_4845_4150
}
