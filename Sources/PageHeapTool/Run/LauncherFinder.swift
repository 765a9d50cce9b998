import Glibc
import SystemPackage

/// Finds the small programs that work for the tool: the launcher, which executes others, and the replayer of traces.
enum LauncherFinder {
    static let fileName = "pageheap-launcher"
    static let replayerName = "pageheap-replayer"

    /// The folders in which such a program may lie, seen from the tool's: beside it, as it is built, or where it is installed.
    private static let places = ["", "../libexec", "../lib/pageheap"]

    /// Returns a program's path; nil if it is not there. Without the launcher, the tool starts programs itself.
    static func find(_ name: String = fileName) -> FilePath? {
        guard let tool = FilePath("/proc/self/exe").resolved else { return nil }
        let folder = tool.removingLastComponent()
        return places.lazy.map { folder.pushing(FilePath($0)).appending(name) }.first { candidate in
            candidate.withPlatformString { access($0, X_OK) } == 0
        }
    }
}
