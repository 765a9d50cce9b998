import Glibc
import SystemPackage

/// A new folder that only this user can access. It is deleted with its files when the value is destroyed.
struct PrivateFolder: ~Copyable {
    let path: FilePath

    /// Creates a folder.
    ///
    /// - Parameter candidates: the folders to create it in, best first.
    init(in candidates: [FilePath]) throws(ToolError) {
        var reason = Errno.noSuchFileOrDirectory
        for candidate in candidates {
            var template = Array(candidate.appending("pageheap-XXXXXX").string.utf8CString)
            let made = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) } != nil
            }
            if made {
                path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
                return
            }
            reason = Errno(rawValue: errno)
        }
        let places = candidates.map { "'\($0)'" }.joined(separator: ", ")
        throw ToolError(
            .inputOutput,
            "cannot create a private folder in \(places): \(reason); set TMPDIR to a folder you can write to")
    }

    /// Returns the folders to try, best first: a memory-backed one, so that statistics cause no disk writes, then
    /// the usual temporary folders.
    static func usualPlaces(temporaryFolder: String?) -> [FilePath] {
        ["/dev/shm"] + [temporaryFolder, "/tmp"].compactMap { $0 }.filter { !$0.isEmpty }.map { FilePath($0) }
    }

    deinit {
        for name in FileReading.names(in: path) {
            _ = path.appending(name).withPlatformString { unlink($0) }
        }
        _ = path.withPlatformString { rmdir($0) }
    }
}
