import Glibc

/// The limit on open files, as far as the tool needs files of its own.
enum OpenFileLimit {
    /// More than any command has open at one time besides the files that it inherited.
    static let needed = 16

    /// Checks, before anything is done, that the tool can open the files that it needs: later, a file that cannot be opened would be
    /// taken for one that is not there, and what the tool has made could not be found to be removed.
    static func check() throws(ToolError) {
        var opened: [Int32] = []
        defer { for file in opened { close(file) } }
        while opened.count < needed {
            let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
            if file < 0 && (errno == EMFILE || errno == ENFILE) { throw failure(errno) }
            // What else is wrong with this one file is no matter of a limit.
            if file < 0 { return }
            opened.append(file)
        }
    }

    private static func failure(_ error: Int32) -> ToolError {
        if error == ENFILE { return ToolError(.unavailable, "the system's limit on open files is reached") }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ToolError(
            .unavailable,
            "the limit on open files (ulimit -n) is \(limit.rlim_cur), which leaves fewer than the \(needed) that are needed"
        )
    }
}
