import Glibc
import SystemPackage

/// Finds the launcher, the small program that executes others for the tool.
enum LauncherFinder {
    static let fileName = "pageheap-launcher"

    /// The folders in which the launcher may lie, seen from the tool's: beside it, as it is built, or where it is installed.
    private static let places = ["", "../libexec", "../lib/pageheap"]

    /// Returns the launcher's path; nil if it is not there. Then the tool starts programs itself.
    static func find() -> FilePath? {
        guard let tool = FilePath("/proc/self/exe").resolved else { return nil }
        let folder = tool.removingLastComponent()
        return places.lazy.map { folder.pushing(FilePath($0)).appending(fileName) }.first { candidate in
            candidate.withPlatformString { access($0, X_OK) } == 0
        }
    }
}
