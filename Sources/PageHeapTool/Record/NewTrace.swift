import Glibc
import SystemPackage

/// The file of a recording: made before the program starts, and written by the programs that are recorded.
///
/// A new file takes the place of an older one at once: programs that still record into the older one are not disturbed.
struct NewTrace: Sendable {
    /// The path that the user gave.
    let target: FilePath
    /// The absolute path, for the programs.
    let path: FilePath

    /// Creates the file.
    init(_ target: FilePath) throws(ToolError) {
        var status = stat()
        if target.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw ToolError(
                .inputOutput,
                "cannot write the trace '\(target)': it is not a file, and programs have to map it; name a file")
        }
        let output = try OutputFile(target, purpose: "trace")
        do {
            try output.finish(with: RecordingClock.headerOfNewTrace())
        } catch {
            throw ToolError(.inputOutput, "cannot write the trace '\(target)': \(error)")
        }
        guard let path = target.resolved else {
            throw ToolError(.inputOutput, "the trace '\(target)' disappeared; use a folder that nobody else cleans")
        }
        self.target = target
        self.path = path
    }

    /// Removes the file, of a program that could not be started.
    func remove() {
        _ = path.withPlatformString { unlink($0) }
    }
}
