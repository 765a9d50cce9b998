import Glibc

/// The tool speaks on standard error only: standard output belongs to the program that it runs.
enum StandardError {
    /// Writes all of the text. Where nobody reads it any more, it is dropped: the program's exit code matters more.
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }

    /// One line of the tool's own, marked as such.
    static func say(_ message: String) {
        write("pageheap: \(message)\n")
    }
}
