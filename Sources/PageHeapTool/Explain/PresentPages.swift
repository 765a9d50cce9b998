import CPageHeapTool
import Glibc
import SystemPackage

/// Which pages of a process are in physical memory.
///
/// Since Linux 6.7 a call tells it for ranges (`PAGEMAP_SCAN`), and leaves out the zero page, which is where memory was read and
/// never written, and costs nothing. Before, `/proc/PID/pagemap` is read word by word, and the zero page counts.
struct PresentPages: ~Copyable {
    private let descriptor: Int32
    let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// - Throws: the system's error.
    init(of process: Int32) throws(Errno) {
        let descriptor = Glibc.open("/proc/\(process)/pagemap", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Errno(rawValue: errno) }
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Calls `body` with the numbers of pages that are present, from an address on. Pages that cannot be looked at are not.
    func visit(from address: UInt64, count: Int, _ body: (Range<Int>) -> Void) {
        let end = address + UInt64(count * pageBytes)
        var start = address
        var ranges = [pageheap_pages](repeating: pageheap_pages(), count: 256)
        while start < end {
            let before = start
            let found = pageheap_present_pages(descriptor, &start, end, &ranges, ranges.count)
            if found < 0 {
                if before == address { visitWords(from: address, count: count, body) }
                return
            }
            for range in ranges[..<found] { body(number(range.start, address)..<number(range.end, address)) }
            if start <= before { return }
        }
    }

    private func number(_ page: UInt64, _ first: UInt64) -> Int { Int(page - first) / pageBytes }

    private func visitWords(from address: UInt64, count: Int, _ body: (Range<Int>) -> Void) {
        var words = [UInt64](repeating: 0, count: min(count, 1 << 16))
        var done = 0
        while done < count {
            let wanted = min(words.count, count - done)
            let offset = (Int(address) / pageBytes + done) * 8
            let bytes = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted * 8, offset) }
            for index in 0..<(max(bytes, 0) / 8) where words[index] >> 63 != 0 { body(done + index..<done + index + 1) }
            done += wanted
        }
    }
}
