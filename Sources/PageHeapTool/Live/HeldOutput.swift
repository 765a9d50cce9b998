import Glibc
import SystemPackage

/// What a program writes while the live view has the terminal: kept in a file that has no name, to be shown later.
final class HeldOutput: Sendable {
    /// Where the program writes. What it writes to standard output and to standard error stays in its order.
    let descriptor: Int32

    /// How much is shown at once, in bytes. Between two pieces, showing can be ended.
    private static let pieceBytes = 4096

    /// Creates the file.
    ///
    /// - Parameter candidates: the folders to create it in, best first.
    init(in candidates: [FilePath]) throws(ToolError) {
        var reason = Errno.noSuchFileOrDirectory
        for candidate in candidates {
            var template = Array(candidate.appending("pageheap-XXXXXX").string.utf8CString)
            let made = template.withUnsafeMutableBufferPointer { name -> Int32 in
                guard let name = name.baseAddress else { return -1 }
                let made = mkstemp(name)
                if made >= 0 { unlink(name) }
                return made
            }
            // Above the standard streams, which may be closed now and are set up for the program later.
            let raised = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, 3)
            reason = Errno(rawValue: errno)
            if made >= 0 { Glibc.close(made) }
            if raised >= 0 {
                _ = fcntl(raised, F_SETFL, O_APPEND)
                descriptor = raised
                return
            }
        }
        throw ToolError(
            .inputOutput,
            "there is no place to keep what the program writes: \(reason); set TMPDIR to a folder you can write to, or leave "
                + "out --live")
    }

    deinit { Glibc.close(descriptor) }

    /// Writes what has been kept to the terminal.
    ///
    /// - Parameters:
    ///   - place: how much has been shown, in bytes.
    ///   - isEnough: whether to end early.
    /// - Returns: false if the terminal is gone.
    func show(from place: inout Int, on terminal: Int32, until isEnough: () -> Bool) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
        while !isEnough() {
            let count = pread(descriptor, &bytes, bytes.count, place)
            if count <= 0 { return true }
            let written = Glibc.write(terminal, bytes, count)
            if written < 0 && errno != EINTR { return false }
            place += max(written, 0)
        }
        return true
    }

    /// How much has been kept, in bytes.
    var bytes: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }
}
