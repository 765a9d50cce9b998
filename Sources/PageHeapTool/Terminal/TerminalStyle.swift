import Glibc

/// What the place where the summary goes can show.
struct TerminalStyle: Hashable, Sendable {
    /// In characters.
    var width: Int
    var hasColour: Bool
    /// Whether block and line characters can be shown, and not only ASCII.
    var hasUnicode: Bool

    /// Where it is no terminal, or one that does not tell.
    static let usualWidth = 80
    static let widths = 40...120

    /// - Parameter variables: the environment; `NO_COLOR`, `TERM`, `COLUMNS` and the locale's variables count.
    static func ofStandardError(_ variables: [String: String]) -> TerminalStyle {
        of(STDERR_FILENO, variables)
    }

    static func ofStandardOutput(_ variables: [String: String]) -> TerminalStyle {
        of(STDOUT_FILENO, variables)
    }

    private static func of(_ descriptor: Int32, _ variables: [String: String]) -> TerminalStyle {
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
        // A locale that says nothing says nothing against Unicode either: containers often set none.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { variables[$0] }.first { !$0.isEmpty } ?? "UTF-8"
        let encoding = locale.uppercased()
        hasUnicode = encoding.contains("UTF-8") || encoding.contains("UTF8")
    }

    /// The text in a colour or weight, where there is any.
    func styled(_ text: String, _ look: Look) -> String {
        hasColour && !text.isEmpty ? "\u{1b}[\(look.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// What the tool uses of the terminal's looks, as escape codes.
    enum Look: String, Sendable {
        case bold = "1"
        case faint = "2"
        /// Colours of the default sixteen, so that they fit the user's scheme.
        case inUse = "32"
        case resident = "34"
        /// A cell whose lower part is in use and whose upper part is resident.
        case inUseOnResident = "32;44"
        case warning = "33"
    }
}
