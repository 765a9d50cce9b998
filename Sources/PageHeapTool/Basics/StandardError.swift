import Glibc

/// Standard error, where the tool writes its messages: standard output belongs to the program that it runs.
enum StandardError {
    /// Writes all of the text. Drops it if writing fails, because the program's exit code matters more.
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

    /// Writes one line, marked as the tool's.
    static func say(_ message: String) {
        write("pageheap: \(message)\n")
    }
}
