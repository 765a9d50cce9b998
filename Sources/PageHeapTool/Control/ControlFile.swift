import CPageHeap
import Glibc
import SystemPackage

/// The file of a process's statistics page, opened to ask something of the process.
///
/// It is read and written with system calls, never mapped: its process may be hostile, and shorten the file at any moment.
struct ControlFile: ~Copyable {
    private let descriptor: Int32

    /// Takes a descriptor for reading and writing, and closes it in the end.
    init(taking descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// Takes the lock under which requests are made. The file's closing gives it up.
    ///
    /// - Returns: false if another command has it.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// The length of the file in bytes; nil if it is no regular file.
    var bytes: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Makes the file at least so long, with memory behind all of it.
    ///
    /// - Throws: the system's error.
    func extend(to bytes: Int) throws(Errno) {
        let error = posix_fallocate(descriptor, 0, bytes)
        if error != 0 { throw Errno(rawValue: error) }
    }

    /// Gives back what ``extend(to:)`` added.
    func shorten(to bytes: Int) { _ = ftruncate(descriptor, bytes) }

    /// Reads a value of a plain C type; nil if the file is shorter.
    func read<Value: BitwiseCopyable>(_ zero: Value, at offset: Int) -> Value? {
        var value = zero
        errno = 0
        let count = withUnsafeMutableBytes(of: &value) { pread(descriptor, $0.baseAddress, $0.count, offset) }
        return count == MemoryLayout<Value>.size ? value : nil
    }

    /// Writes a value of a plain C type.
    ///
    /// - Returns: whether all of it was written.
    func write<Value: BitwiseCopyable>(_ value: Value, at offset: Int) -> Bool {
        errno = 0
        return withUnsafeBytes(of: value) { pwrite(descriptor, $0.baseAddress, $0.count, offset) == $0.count }
    }

    /// Reads an array of plain values; nil if the file is shorter.
    func read<Value: BitwiseCopyable>(_ zero: Value, count: Int, at offset: Int) -> [Value]? {
        var values = [Value](repeating: zero, count: count)
        let isWhole = values.withUnsafeMutableBytes { buffer in
            var done = 0
            while done < buffer.count {
                let piece = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
                if piece <= 0 { return false }
                done += piece
            }
            return true
        }
        return isWhole ? values : nil
    }
}
