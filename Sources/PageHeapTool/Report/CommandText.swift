/// Formats a command as a person would type it into a shell.
enum CommandText {
    static func quoted(_ words: [String]) -> String {
        words.map(quoted).joined(separator: " ")
    }

    /// Quotes a word with single quotes, unless a shell would take it unquoted.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                true
            default:
                "-_./=:,+@%^".utf8.contains(byte)
            }
        }
        if plain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Formats a command on one line of at most `limit` characters.
    static func short(_ words: [String], limit: Int) -> String {
        // Nothing that a terminal takes for a command, or that turns the direction of the text.
        let scalars = quoted(words).unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        var line = ""
        line.unicodeScalars.append(contentsOf: scalars)
        return line.count <= limit ? line : line.prefix(max(limit - 1, 0)) + "…"
    }
}
