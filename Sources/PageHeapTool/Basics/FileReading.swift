import Glibc
import SystemPackage

/// Functions that read whole files of unknown size, such as those in /proc.
enum FileReading {
    /// Reads all bytes of a file. Stops after the read that reaches `limit`, and after the first one if `goesOn` says no.
    static func bytes(
        of path: FilePath, limit: Int = 1 << 22, goesOn: ([UInt8]) -> Bool = { _ in true }
    ) throws(Errno) -> [UInt8] {
        // Not blocking: a pipe that nobody writes to must not hold the tool up.
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { Glibc.close(descriptor) }
        // A pipe that has a writer, as in a shell's <(…), is read to its end.
        _ = fcntl(descriptor, F_SETFL, O_RDONLY)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while content.count < limit {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            if count == 0 { break }
            let isFirst = content.isEmpty
            content += buffer[..<count]
            if isFirst && !goesOn(content) { break }
        }
        return content
    }

    /// Reads the first bytes of a file with one call, which is all of a short file in /proc. Returns nil if that fails.
    static func beginning(of path: String, limit: Int = 4096) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var count = 0
        let content = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            repeat { count = Glibc.read(descriptor, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            initialized = max(count, 0)
        }
        return count < 0 ? nil : content
    }

    /// Reads a file as text. Returns nil if it does not exist or cannot be read.
    static func text(of path: FilePath) -> String? {
        guard let content = try? bytes(of: path) else { return nil }
        return String(decoding: content, as: UTF8.self)
    }

    /// Returns the names in a folder, without `.` and `..`; none if the folder cannot be read.
    static func names(in folder: FilePath) -> [String] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
