import CPageHeapExport
import Glibc
import SystemPackage

/// The file of a statistics page in another process's file tree, which that process may have made to do harm.
struct PageFile: Hashable, Sendable {
    /// A process may be in the middle of writing, but only for less than a microsecond.
    private static let attempts = 50

    /// The process's root.
    let root: String
    /// The path as the process sees it.
    let path: [UInt8]

    /// Whether the file can be found.
    var exists: Bool {
        guard let descriptor = try? opened() else { return false }
        close(descriptor)
        return true
    }

    func read() throws(StatisticsPage.Failure) -> HeapFigures {
        let place = try opened()
        defer { close(place) }
        var status = stat()
        guard fstat(place, &status) == 0 else { throw .unreadable(Errno(rawValue: errno)) }
        // Opening a device may do something already, and who is root in a container may make one.
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign }
        let descriptor = open("/proc/self/fd/\(place)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        defer { close(descriptor) }
        return try StatisticsPage.read(descriptor, attempts: Self.attempts)
    }

    /// Returns a descriptor of the file's place, through which nothing can be read.
    private func opened() throws(StatisticsPage.Failure) -> Int32 {
        let descriptor = FilePath(bytes: path).withPlatformString { pageheap_place_inside(root, $0) }
        guard descriptor >= 0 else { throw .unreadable(Errno(rawValue: errno)) }
        return descriptor
    }
}
