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
    /// - Throws: if the process's environment cannot be read.
    init?(_ variable: String, of process: Int32) throws {
        let start = Array("\(variable)=".utf8)
        let folder = FilePath("/proc/\(process)")
        let environment = RawStrings(zeroTerminated: try FileReading.bytes(of: folder.appending("environ")))
        guard let named = environment.elements.first(where: { $0.starts(with: start) }), named.count > start.count
        else {
            return nil
        }
        self.variable = variable
        path = FilePath(bytes: Array(named.dropFirst(start.count)))
        place = folder.appending("root").pushing(path.removingRoot())
    }

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
        return "it must be able to write in '\(path)'"
    }
}
