import CPageHeap
import CPageHeapInterface
import Foundation

/// Another process's statistics page, mapped for reading.
final class StatisticsPageFile {
    struct Unreadable: Error {
        let path: String
    }

    /// PAGEHEAP_STATISTICS_MAGIC, a macro that Swift does not see.
    static let magic: UInt64 = 0x5041_4745_4845_4150

    private let page: UnsafePointer<pageheap_statistics_page>

    init(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unreadable(path: path) }
        defer { close(file) }
        var state = stat()
        guard fstat(file, &state) == 0, state.st_size == MemoryLayout<pageheap_statistics_page>.size,
            let mapped = mmap(nil, MemoryLayout<pageheap_statistics_page>.size, PROT_READ, MAP_SHARED, file, 0),
            mapped != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw Unreadable(path: path) }
        page = UnsafePointer(mapped.assumingMemoryBound(to: pageheap_statistics_page.self))
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: page), MemoryLayout<pageheap_statistics_page>.size) }

    var header: pageheap_statistics_page { page.pointee }

    /// The figures, consistent with each other; nil if the writer was at work all the time.
    var figures: pageheap_statistics? {
        var figures = pageheap_statistics()
        return pageheap_statistics_page_read(page, &figures, 100_000) ? figures : nil
    }
}
