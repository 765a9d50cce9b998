import Glibc
import SystemPackage

/// Standard output, for commands in which it is the tool's own.
enum StandardOutput {
    /// Writes all of the text.
    static func write(_ text: String) throws(ToolError) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                throw ToolError(.inputOutput, "cannot write to standard output: \(Errno(rawValue: errno))")
            }
        }
    }
}
