import Glibc

/// A trace's file, open for reading. It is read, and not mapped: a file that is cut short meanwhile must not end the program.
final class TraceFile: Sendable {
    let path: String
    /// The size when the file was opened, in bytes.
    let size: UInt64
    private let descriptor: Int32

    init(path: String) throws(TraceError) {
        // Not blocking: a pipe that nobody writes to must not hold the program up.
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw TraceError("the trace cannot be opened: \(Self.reason())") }
        var status = stat()
        if fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
            Glibc.close(descriptor)
            throw TraceError("this is not a file; a trace has to be one")
        }
        self.path = path
        size = UInt64(max(status.st_size, 0))
    }

    deinit { Glibc.close(descriptor) }

    /// Reads bytes, fewer than wanted if the file ends before.
    func read(at offset: UInt64, count: Int) throws(TraceError) -> [UInt8] {
        guard offset < size, count > 0 else { return [] }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                guard let start = buffer.baseAddress else { break }
                let got = pread(
                    descriptor, start + initialized, count - initialized,
                    off_t(truncatingIfNeeded: offset) + off_t(initialized))
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    break
                }
                if got == 0 { break }
                initialized += got
            }
        }
        if failure != 0 {
            throw TraceError("the trace cannot be read: \(String(cString: strerror(failure)))", at: offset)
        }
        return bytes
    }

    /// Returns the next offset from `offset` on at which the file may hold other bytes than zeros; its size if there is none.
    func nextData(from offset: UInt64) -> UInt64 {
        guard offset < size else { return size }
        let found = lseek(descriptor, off_t(truncatingIfNeeded: offset), Int32(3))  // SEEK_DATA
        if found >= 0 { return max(UInt64(found), offset) }
        // ENXIO: only a hole follows. Any other error: the file system does not say.
        return errno == ENXIO ? size : offset
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
