import Glibc
import SystemPackage

/// Finds the launcher, the small program that executes others for the tool.
enum LauncherFinder {
    static let fileName = "pageheap-launcher"

    /// Returns the launcher's path; nil if it is not there. Then the tool starts programs itself.
    static func find() -> FilePath? { OwnFiles.find([fileName], mode: X_OK) }
}
