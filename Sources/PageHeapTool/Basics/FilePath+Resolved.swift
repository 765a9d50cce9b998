import Glibc
import SystemPackage

extension FilePath {
    /// The absolute path without symbolic links; nil if there is no such file.
    var resolved: FilePath? {
        guard let found = withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(found) }
        return FilePath(platformString: found)
    }
}
