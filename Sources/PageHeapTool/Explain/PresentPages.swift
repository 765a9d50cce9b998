import Glibc
import SystemPackage

/// Which pages of a process are in physical memory, as `/proc/PID/pagemap` tells it.
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

    /// Calls `body` with the number of each page from an address on, and whether it is present. Pages that cannot be read
    /// are not.
    func visit(from address: UInt64, count: Int, _ body: (Int, Bool) -> Void) {
        var words = [UInt64](repeating: 0, count: min(count, 1 << 16))
        var done = 0
        while done < count {
            let wanted = min(words.count, count - done)
            let offset = (Int(address) / pageBytes + done) * 8
            let bytes = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted * 8, offset) }
            let read = max(bytes, 0) / 8
            for index in 0..<wanted { body(done + index, index < read && words[index] >> 63 != 0) }
            done += wanted
        }
    }
}
