import Glibc
import SystemPackage

/// A folder that an environment variable of another process names, such as that for its figures.
struct ProcessFolder {
    let variable: String
    /// As the process sees it.
    let path: FilePath
    /// As this command can open it, also if the process has another root directory.
    let place: FilePath

    /// Reads the variable as it was when the process started its program.
    ///
    /// - Returns: nil if the process has no such variable, or an empty one.
    /// - Throws: if the process's environment cannot be read, or is there no more.
    init?(_ variable: String, of process: Int32) throws {
        let content = try FileReading.bytes(of: FilePath("/proc/\(process)/environ"))
        let environment = RawStrings(zeroTerminated: content)
        guard let named = environment.setting(variable), !named.isEmpty else {
            // A process on PageHeap has at least LD_PRELOAD or a path there, unless it writes its title over them.
            if !content.contains(UInt8(ascii: "=")) { throw Overwritten() }
            return nil
        }
        self.init(FilePath(bytes: named), variable, of: process)
    }

    /// A folder that the user names, as the process sees it.
    init(_ path: FilePath, _ variable: String, of process: Int32) {
        self.variable = variable
        self.path = path
        place = FilePath("/proc/\(process)/root").pushing(path.removingRoot())
    }

    /// The process has written over its environment, as servers do that show what they do in their title.
    struct Overwritten: Error {}

    /// Why the process cannot have written there.
    var complaint: String {
        var status = stat()
        if place.withPlatformString({ stat($0, &status) }) != 0 {
            let reason = Errno(rawValue: errno)
            return reason == .noSuchFileOrDirectory
                ? "there is no folder '\(path)'; create it before the process starts"
                : "the folder '\(path)': \(reason)"
        }
        if status.st_mode & S_IFMT != S_IFDIR { return "'\(path)' is not a folder; name one in \(variable)" }
        var space = statvfs()
        if place.withPlatformString({ statvfs($0, &space) }) == 0,
            space.f_bavail == 0 || space.f_files > 0 && space.f_favail == 0
        {
            return "the file system of '\(path)' is full"
        }
        return "it must be able to write in '\(path)'"
    }
}
