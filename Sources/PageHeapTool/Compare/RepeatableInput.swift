import Glibc

/// The program's standard input in each of several runs. If the tool's standard input is a file, each run reads it from
/// its initial position. Otherwise the input is empty, because a pipe or a terminal can be read only once.
struct RepeatableInput: Sendable {
    private let start: off_t?

    init() {
        var status = stat()
        let isFile = fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let place = isFile ? lseek(STDIN_FILENO, 0, SEEK_CUR) : -1
        start = place >= 0 ? place : nil
    }

    /// Whether the program reads a file.
    var isFile: Bool { start != nil }

    func rewind() {
        if let start { lseek(STDIN_FILENO, start, SEEK_SET) }
    }
}
