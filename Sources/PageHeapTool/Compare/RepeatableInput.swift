import Glibc

/// What the program reads in each of several runs: the tool's standard input where that is a file, each time from where
/// it stood at first; nothing otherwise, as a pipe or a terminal can be read but once.
struct RepeatableInput: Sendable {
    private let start: off_t?

    init() {
        var status = stat()
        let isFile = fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let place = isFile ? lseek(STDIN_FILENO, 0, SEEK_CUR) : -1
        start = place >= 0 ? place : nil
    }

    /// Whether the program gets the file.
    var isFile: Bool { start != nil }

    func rewind() {
        if let start { lseek(STDIN_FILENO, start, SEEK_SET) }
    }
}
