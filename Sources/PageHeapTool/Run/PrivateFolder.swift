import Glibc
import SystemPackage

/// A new folder that only this user can access. It is deleted with its files when the value is destroyed.
///
/// A file in it is locked meanwhile. A command that was killed leaves a folder whose lock is free, and the next one removes it.
struct PrivateFolder: ~Copyable {
    let path: FilePath
    /// The locked file; -1 if it could not be made. Programs do not inherit it.
    private let lock: Int32

    private static let nameStart = "pageheap-"
    /// No folder without such a file is anybody's but its owner's.
    private static let lockName = ".command-is-running"
    /// How old an unlocked folder has to be, in seconds: a new one is locked a moment after it is made.
    private static let staleSeconds = 60

    /// Creates a folder.
    ///
    /// - Parameter candidates: the folders to create it in, best first.
    init(in candidates: [FilePath]) throws(ToolError) {
        var reason = Errno.noSuchFileOrDirectory
        for candidate in candidates {
            var template = Array(candidate.appending("\(Self.nameStart)XXXXXX").string.utf8CString)
            let made = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) } != nil
            }
            if made {
                path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
                lock = Self.lock(path, O_CREAT | O_EXCL)
                Self.removeStale(in: candidate)
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
        Self.remove(path)
        if lock >= 0 { close(lock) }
    }

    private static func remove(_ path: FilePath) {
        for name in FileReading.names(in: path) {
            _ = path.appending(name).withPlatformString { unlink($0) }
        }
        _ = path.withPlatformString { rmdir($0) }
    }

    /// Opens and locks the file that marks a folder as in use. Returns its descriptor; -1 if there is no such file, or if another
    /// command holds the lock.
    private static func lock(_ path: FilePath, _ options: Int32 = 0) -> Int32 {
        let file = path.appending(lockName).withPlatformString {
            open($0, O_RDWR | O_NOFOLLOW | O_CLOEXEC | options, S_IRUSR | S_IWUSR)
        }
        if file < 0 || flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
        close(file)
        return -1
    }

    /// Removes what this user's commands have left that were killed.
    private static func removeStale(in place: FilePath) {
        for name in FileReading.names(in: place) where name.hasPrefix(nameStart) {
            let folder = place.appending(name)
            var status = stat()
            // A folder of this user, and no link: nobody else can put another one in its place.
            guard folder.withPlatformString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR,
                status.st_uid == geteuid()
            else { continue }
            let lock = Self.lock(folder)
            if lock < 0 { continue }
            defer { close(lock) }
            guard fstat(lock, &status) == 0, time(nil) - status.st_mtim.tv_sec > staleSeconds else { continue }
            remove(folder)
        }
    }
}
