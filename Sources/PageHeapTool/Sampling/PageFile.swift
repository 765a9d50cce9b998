import CPageHeapTool
import Glibc
import SystemPackage

/// The file of a statistics page in another process's file tree, which that process may have made to do harm.
///
/// It is found by its path and known by its number: where the path leads, the process may change meanwhile.
struct PageFile: Hashable, Sendable {
    /// The process's root.
    let root: String
    /// The path as the process sees it.
    let path: [UInt8]
    /// The number of the file in its file system, which the process's mapping tells.
    let fileNumber: UInt64

    /// Whether the file can be found.
    var exists: Bool {
        guard let descriptor = try? place() else { return false }
        close(descriptor)
        return true
    }

    /// Opens the file. The caller closes it.
    ///
    /// - Parameter access: `O_RDONLY` or `O_RDWR`.
    /// - Throws: `.foreign` if another file is at the path, or the system's error.
    func open(_ access: Int32) throws(StatisticsPage.Failure) -> Int32 {
        let place = try place()
        defer { close(place) }
        let descriptor = Glibc.open("/proc/self/fd/\(place)", access | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        return descriptor
    }

    /// Reads the figures.
    ///
    /// - Parameter attempts: how often to try while the process writes, which takes less than a microsecond.
    func read(attempts: Int) throws(StatisticsPage.Failure) -> HeapFigures {
        let descriptor = try open(O_RDONLY)
        defer { close(descriptor) }
        return try StatisticsPage.read(descriptor, attempts: attempts)
    }

    /// Returns a descriptor of the file's place, through which nothing can be read. Opening a device may do something already,
    /// and who is root in a container may make one.
    private func place() throws(StatisticsPage.Failure) -> Int32 {
        let descriptor = FilePath(bytes: path).withPlatformString { pageheap_place_inside(root, $0) }
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, UInt64(status.st_ino) == fileNumber
        else {
            close(descriptor)
            throw .foreign
        }
        return descriptor
    }
}

extension PageFile {
    /// Finds the page that a process has mapped: one that an earlier process left, or that another process in the same folder
    /// made, is not its own.
    ///
    /// - Parameters:
    ///   - folder: the process's folder in `/proc`.
    ///   - mappings: of the process.
    /// - Returns: nil if the process has mapped none. The file may be gone.
    static func mapped(_ folder: String, _ mappings: ProcessMappings) -> PageFile? {
        guard let path = mappings.page, let number = mappings.pageFileNumber else { return nil }
        let file = PageFile(root: "\(folder)/root", path: path, fileNumber: number)
        if file.exists { return file }
        // The kernel tells the path from where the process's root is, unless the process has a root of its own in the same
        // namespace. Then its environment, which it may have overwritten, has the path.
        if let other = named(folder, path, number), other.exists { return other }
        return file
    }

    /// Returns the file of the mapped name in the folder that the environment names; nil if it names none.
    private static func named(_ folder: String, _ mapped: [UInt8], _ number: UInt64) -> PageFile? {
        guard let environment = try? FileReading.bytes(of: FilePath("\(folder)/environ"), limit: 1 << 20),
            let path = RawStrings(zeroTerminated: environment).setting(ChildEnvironment.statisticsVariable),
            let slash = mapped.lastIndex(of: UInt8(ascii: "/"))
        else { return nil }
        let root = path.first == UInt8(ascii: "/") ? "root" : "cwd"
        return PageFile(root: "\(folder)/\(root)", path: path + mapped[slash...], fileNumber: number)
    }
}
