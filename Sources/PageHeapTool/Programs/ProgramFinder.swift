import Glibc
import SystemPackage

/// Finds a program as a shell does: a name with a slash is a path; any other name is looked up in the folders of PATH.
struct ProgramFinder: Sendable {
    /// The folders to search, in order.
    let folders: [FilePath]

    /// Creates a finder.
    ///
    /// - Parameter searchPath: the value of PATH; nil if it is not set, for `/bin` and `/usr/bin`.
    init(searchPath: String?) {
        let parts = (searchPath ?? "/bin:/usr/bin").split(separator: ":", omittingEmptySubsequences: false)
        folders = parts.map { FilePath($0.isEmpty ? "." : String($0)) }
    }

    /// Returns the path of the file to execute.
    ///
    /// - Parameter named: what the user typed, of which a path would drop a slash at the end.
    func find(_ named: [UInt8]) throws(ToolError) -> FilePath {
        if named.last == UInt8(ascii: "/") {
            throw ToolError(
                .notExecutable, "'\(String(decoding: named, as: UTF8.self))' names a folder; name a program")
        }
        let name = FilePath(bytes: named)
        if name.string.isEmpty {
            throw ToolError(.notFound, "the program's name is empty; name one after '--'")
        }
        if name.string.utf8.contains(UInt8(ascii: "/")) {
            try checkExecutable(name)
            return name
        }
        var unusable: ToolError?
        for folder in folders {
            let candidate = folder.pushing(name)
            do {
                try checkExecutable(candidate)
                return candidate
            } catch {
                if error.status == .notExecutable, unusable == nil { unusable = error }
            }
        }
        throw unusable
            ?? ToolError(.notFound, "program '\(name)' was not found in PATH; check the name, or give a path to it")
    }

    private func checkExecutable(_ path: FilePath) throws(ToolError) {
        var status = stat()
        if path.withPlatformString({ stat($0, &status) }) != 0 {
            let reason = Errno(rawValue: errno)
            if reason == .noSuchFileOrDirectory || reason == .notDirectory {
                throw ToolError(.notFound, "program '\(path)' was not found; check the path")
            }
            throw ToolError(.notExecutable, "program '\(path)' cannot be accessed: \(reason)")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw ToolError(.notExecutable, "'\(path)' is a folder; name a program")
        }
        if path.withPlatformString({ faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) }) != 0 {
            throw ToolError(.notExecutable, "you may not execute '\(path)'; try 'chmod +x'")
        }
    }
}
