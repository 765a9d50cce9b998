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
    static let attempts = 10_000
    /// The same where thousands of processes are read. A process writes for less than a microsecond.
    static let fleetAttempts = 50

    /// Reads the figures from a file.
    static func read(_ path: FilePath) throws(Failure) -> HeapFigures {
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(Errno(rawValue: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign }
        return try read(descriptor)
    }

    /// Reads the figures from an open file. The file is not mapped: whoever may write it may truncate it, and then touching a
    /// mapping would end the tool.
    static func read(_ descriptor: Int32, attempts: Int = attempts) throws(Failure) -> HeapFigures {
        guard let size = MemoryLayout<pageheap_statistics_page>.offset(of: \.statistics),
            let sequence = MemoryLayout<pageheap_statistics_page>.offset(of: \.sequence)
        else { preconditionFailure("the page's fields have no places") }
        var page = pageheap_statistics_page()
        for _ in 0..<attempts {
            // Three calls, so that the sequence is read before and after the figures.
            try copy(descriptor, to: &page, 0..<size)
            try checkStart(page)
            let before = page.sequence
            if before & 1 == 1 { continue }
            try copy(descriptor, to: &page, size..<MemoryLayout<pageheap_statistics_page>.size)
            try copy(descriptor, to: &page, sequence..<size)
            if page.sequence == before { return HeapFigures(page.statistics) }
        }
        throw .busy
    }

    /// Throws an error unless a page's first fields, which are written only once, before the magic number, are those of a finished page
    /// of this version.
    static func checkStart(_ page: pageheap_statistics_page) throws(Failure) {
        if page.magic == 0 { throw .unfinished }
        guard page.magic == magic else { throw .foreign }
        guard page.version == UInt32(PAGEHEAP_STATISTICS_VERSION) else { throw .otherVersion(page.version) }
        guard page.size == UInt32(MemoryLayout<pageheap_statistics_page>.size) else { throw .foreign }
    }

    /// Copies a range of the file's bytes to the same place of the page.
    private static func copy(
        _ descriptor: Int32, to page: inout pageheap_statistics_page, _ range: Range<Int>
    ) throws(Failure) {
        let count = withUnsafeMutableBytes(of: &page) { bytes in
            var count = 0
            repeat {
                count = pread(
                    descriptor, bytes.baseAddress.map { $0 + range.lowerBound }, range.count, range.lowerBound)
            } while count < 0 && errno == EINTR
            return count
        }
        guard count >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        guard count == range.count else { throw .unfinished }
    }

    /// `PAGEHEAP_STATISTICS_MAGIC`, "PAGEHEAP", a macro that Swift does not import.
    static let magic: UInt64 = 0x5041_4745_4845_4150
}
