import Glibc
import SystemPackage

/// Finds the small programs that work for the tool: the launcher, which executes others, and the replayer of traces.
enum LauncherFinder {
    static let fileName = "pageheap-launcher"
    static let replayerName = "pageheap-replayer"

    /// Returns a program's path; nil if it is not there. Without the launcher, the tool starts programs itself.
    static func find(_ name: String = fileName) -> FilePath? { OwnFiles.find([name], mode: X_OK) }
}
