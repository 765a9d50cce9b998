import Glibc

/// The file of a socket that the server has made.
struct SocketFile: Sendable {
    /// The path is that of another server's socket, or of something else.
    struct InUse: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    private let device: UInt
    private let inode: UInt

    /// Notes the file at a path, to remove this one and no later one.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }

    func remove() {
        if let now = SocketFile(path), now.device == device, now.inode == inode { unlink(path) }
    }

    /// Removes a socket that an earlier server left and nobody listens on.
    static func removeStale(_ path: String) throws(InUse) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw InUse(description: "there is a file that is no socket")
        }
        guard !hasListener(path) else { throw InUse(description: "another program listens there") }
        unlink(path)
    }

    private static func hasListener(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        } || errno != ECONNREFUSED
    }
}
