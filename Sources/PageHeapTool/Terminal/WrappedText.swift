/// Breaks a text into lines for a terminal.
enum WrappedText {
    /// Returns the lines of a text, each of at most `width` characters, unless a word alone is longer.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count + 1 <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
