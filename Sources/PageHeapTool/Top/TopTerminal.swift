import CPageHeapTool
import Glibc

/// Where a live view is drawn, and where its keys come from.
struct TopPlace: Hashable, Sendable {
    let screen: Int32
    let keys: Int32
    /// Whether ^C, ^\ and ^Z are signals to all processes of the job, as for a program without a view. If not, they are keys.
    var hasSignalKeys = false
}

/// The terminal while a live view has it: another screen, keys that arrive at once, and no echo. Left as it was at the end, also if
/// that is a crash of the tool.
struct TopTerminal: ~Copyable {
    let place: TopPlace
    private let hasKeys: Bool
    private var before = termios()
    private(set) var isTaken = false

    init(_ place: TopPlace) {
        self.place = place
        hasKeys = isatty(place.keys) == 1
        take()
    }

    deinit { Self.leave(place, isTaken: isTaken, before: hasKeys ? before : nil) }

    /// Takes the terminal, unless another job has it: this one, in the background, would be stopped.
    mutating func take() {
        let foreground = tcgetpgrp(place.screen)
        // None is told of a terminal that does not control the tool.
        if isTaken || foreground >= 0 && foreground != getpgrp() { return }
        isTaken = true
        // Anew each time: another job may have changed it.
        if hasKeys { tcgetattr(place.keys, &before) }
        Self.giveBack.utf8Start.withMemoryRebound(to: CChar.self, capacity: Self.giveBack.utf8CodeUnitCount) { text in
            pageheap_take_terminal(place.screen, text, hasKeys ? place.keys : -1, &before)
        }
        if hasKeys {
            var raw = before
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
            if !place.hasSignalKeys { raw.c_lflag &= ~tcflag_t(ISIG) }
            // ^S would stop the view.
            raw.c_iflag &= ~tcflag_t(IXON)
            tcsetattr(place.keys, TCSANOW, &raw)
        }
        // Lines that are longer than the narrowest terminal end at its edge.
        _ = Self.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J", to: place.screen)
    }

    /// Gives the terminal back.
    mutating func leave() {
        Self.leave(place, isTaken: isTaken, before: hasKeys ? before : nil)
        isTaken = false
    }

    private static func leave(_ place: TopPlace, isTaken: Bool, before: termios?) {
        if !isTaken { return }
        _ = write("\(giveBack)", to: place.screen)
        if var before { tcsetattr(place.keys, TCSANOW, &before) }
        pageheap_leave_terminal()
    }

    /// Lines go on at the edge, the cursor is seen, and the screen is the usual one.
    private static let giveBack: StaticString = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    /// The rows of the terminal.
    var rows: Int {
        var size = winsize()
        return ioctl(place.screen, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// Draws lines from the top of the screen on, and clears what is beneath.
    ///
    /// - Returns: false if the terminal is gone.
    func draw(_ lines: [String]) -> Bool {
        let text = lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n")
        return Self.write("\u{1b}[H" + text + "\u{1b}[J", to: place.screen)
    }

    private static func write(_ text: String, to screen: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(screen, $0.baseAddress, $0.count) }
            if written <= 0 && errno != EINTR { return false }
            bytes = bytes.dropFirst(max(written, 0))
        }
        return true
    }
}
