import Glibc

/// The display capabilities of an output stream.
struct TerminalStyle: Hashable, Sendable {
    /// The width in characters.
    var width: Int
    var hasColour: Bool
    /// Whether block and line characters can be shown, or ASCII only.
    var hasUnicode: Bool

    /// The width if the stream is not a terminal, or the terminal does not report its width.
    static let usualWidth = 80
    static let widths = 10...120

    /// Returns the capabilities of standard error.
    ///
    /// - Parameter variables: the environment, of which `NO_COLOR`, `TERM`, `COLUMNS` and the locale's variables
    ///   matter.
    static func ofStandardError(_ variables: [String: String]) -> TerminalStyle {
        of(STDERR_FILENO, variables)
    }

    static func ofStandardOutput(_ variables: [String: String]) -> TerminalStyle {
        of(STDOUT_FILENO, variables)
    }

    /// Returns the capabilities of what a descriptor leads to, which is a terminal or not.
    static func of(_ descriptor: Int32, _ variables: [String: String]) -> TerminalStyle {
        let isTerminal = isatty(descriptor) == 1
        var size = winsize()
        let told = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return TerminalStyle(isTerminal: isTerminal, columns: told ? Int(size.ws_col) : nil, variables: variables)
    }

    init(width: Int, hasColour: Bool, hasUnicode: Bool) {
        self.width = width
        self.hasColour = hasColour
        self.hasUnicode = hasUnicode
    }

    init(isTerminal: Bool, columns: Int?, variables: [String: String]) {
        let wanted = columns ?? variables["COLUMNS"].flatMap { Int($0) } ?? Self.usualWidth
        width = min(max(wanted, Self.widths.lowerBound), Self.widths.upperBound)
        let refusesColour = variables["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColour = isTerminal && !refusesColour && variables["TERM"] != "dumb"
        // Without a locale, assume UTF-8: containers often set none.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { variables[$0] }.first { !$0.isEmpty } ?? "UTF-8"
        let encoding = locale.uppercased()
        hasUnicode = encoding.contains("UTF-8") || encoding.contains("UTF8")
    }

    /// Returns the text with a look, or unchanged if the stream has no colour.
    func styled(_ text: String, _ look: Look) -> String {
        hasColour && !text.isEmpty ? "\u{1b}[\(look.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The looks that the tool uses, as parameters of the escape sequence.
    enum Look: String, Sendable {
        case bold = "1"
        case faint = "2"
        // These colours are among the default sixteen, so that they fit the user's colour scheme.
        case inUse = "32"
        case resident = "34"
        /// A cell whose lower part is in use and whose upper part is resident.
        case inUseOnResident = "32;44"
        case warning = "33"
    }
}
