import Glibc

/// The terminal while the live view has it: another screen, keys that arrive at once, and no echo. Left as it was at the end.
struct TopTerminal: ~Copyable {
    private let hasKeys = isatty(STDIN_FILENO) == 1
    private var before = termios()

    init() {
        if hasKeys { tcgetattr(STDIN_FILENO, &before) }
        enter()
    }

    deinit { leave() }

    /// Takes the terminal.
    borrowing func enter() {
        if hasKeys {
            var raw = before
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
            tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        }
        // Lines that are longer than the narrowest terminal end at its edge.
        _ = Self.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J")
    }

    /// Gives the terminal back.
    borrowing func leave() {
        _ = Self.write("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
        if hasKeys {
            var old = before
            tcsetattr(STDIN_FILENO, TCSANOW, &old)
        }
    }

    /// The rows of the terminal.
    var rows: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// Draws lines from the top of the screen on, and clears what is beneath.
    ///
    /// - Returns: false if the terminal is gone.
    func draw(_ lines: [String]) -> Bool {
        let text = lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n")
        return Self.write("\u{1b}[H" + text + "\u{1b}[J")
    }

    private static func write(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written <= 0 && errno != EINTR { return false }
            bytes = bytes.dropFirst(max(written, 0))
        }
        return true
    }
}
